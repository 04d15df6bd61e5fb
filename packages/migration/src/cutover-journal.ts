/** Replication's cutover journal, kept in the control database: what it holds is durable when `write` resolves. */

import type { CutoverJournal, CutoverState } from '@banyan/replication';
import type { ControlDatabase } from './control-database.ts';

/** The journal of one extraction; a superseded controller cannot write it. */
export function createCutoverJournal(database: ControlDatabase, extraction: string): CutoverJournal {
  return {
    read: async () => {
      const rows = await database.read<{ state: string }>('select state from banyan.cutover where extraction = $1', [extraction]);
      return rows[0] === undefined ? undefined : (JSON.parse(rows[0].state) as CutoverState);
    },
    write: async (state) => {
      await database.transaction((query) =>
        query(
          `insert into banyan.cutover (extraction, state) values ($1, $2)
           on conflict (extraction) do update set state = excluded.state, written_at = now()`,
          [extraction, JSON.stringify(state)],
        ),
      );
    },
    clear: async () => {
      await database.transaction((query) => query('delete from banyan.cutover where extraction = $1', [extraction]));
    },
  };
}
