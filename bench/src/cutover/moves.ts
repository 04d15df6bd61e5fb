/** The moved group's way from one side to the other, by the same functions the controller uses. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createStream, cutover, verify, type CutoverJournal, type CutoverReport, type CutoverState } from '@banyan/replication';
import { Client } from 'pg';
import { otherSide, type SideName } from './names.ts';
import type { World } from './world.ts';

export interface Moved {
  readonly report: CutoverReport;
  /** From the fence having its lock until all that was written before is applied: the fence's own commit included, unlike in the report. */
  readonly markerMs: number;
}

export interface Mover {
  readonly owner: () => SideName;
  /** Moves the group to the other side; a cancelled report means that nothing was changed. */
  move(): Promise<Moved>;
  /** Compares every row of both sides, at one position. Answers the number that differ. */
  differing(): Promise<number>;
  close(): Promise<void>;
}

const tables = ['public.moved_accounts', 'public.moved_orders'].map((name) => ({ source: name, target: name }));

/** Copies the group to the service and follows, so that the first move can begin. */
export async function createMover(world: World): Promise<Mover> {
  const { databases, routes } = world;
  const streams = {
    monolith: createStream({ name: 'bench_forward', source: databases.monolith, target: databases.service, tables, direction: 'forward' }),
    service: createStream({ name: 'bench_reverse', source: databases.service, target: databases.monolith, tables, direction: 'reverse' }),
  };
  const control = new Client({ connectionString: world.controlDatabase });
  await control.connect();
  await streams.monolith.copy();
  await streams.monolith.start();
  let owner: SideName = 'monolith';
  return {
    owner: () => owner,
    move: async () => {
      const to = otherSide(owner);
      const { result: report, timesByStep } = await watchSteps(() =>
        cutover({
          from: { name: owner, url: databases[owner] },
          to: { name: to, url: databases[to] },
          forwardStream: streams[owner],
          reverseStream: streams[to],
          routes: {
            hold: async () => ({ drainMs: await routes.hold('moved') }),
            flip: async () => ({ flipMs: await routes.flip('moved', to) }),
            release: () => routes.release('moved'),
          },
          journal: createJournal(control),
        }),
      );
      if (report.cancelled === undefined) owner = to;
      return { report, markerMs: (timesByStep.get('cutover.drained') ?? Number.NaN) - (timesByStep.get('fence.locked') ?? Number.NaN) };
    },
    differing: async () => {
      const report = await verify({ stream: streams[owner] });
      return report.tables.reduce((sum, table) => sum + table.differing + table.missing + table.extra, 0);
    },
    close: async () => {
      await streams.monolith.stop();
      await streams.service.stop();
      await control.end();
    },
  };
}

/** Durable when `write` resolves, as the controller's. */
function createJournal(control: Client): CutoverJournal {
  return {
    read: async () => {
      const { rows } = await control.query<{ state: string }>('select state from journal');
      return rows[0] === undefined ? undefined : (JSON.parse(rows[0].state) as CutoverState);
    },
    write: async (state) => {
      const statement = 'insert into journal values (true, $1) on conflict (only_one) do update set state = excluded.state';
      await control.query(statement, [JSON.stringify(state)]);
    },
    clear: async () => void (await control.query('delete from journal')),
  };
}

/** When `work` passed each named step of replication; the same channel on which tests kill it. */
async function watchSteps<T>(work: () => Promise<T>): Promise<{ result: T; timesByStep: ReadonlyMap<string, number> }> {
  const timesByStep = new Map<string, number>();
  const note = (message: unknown): void => void timesByStep.set((message as { readonly name: string }).name, performance.now());
  subscribe('banyan.crash-point', note);
  try {
    return { result: await work(), timesByStep };
  } finally {
    unsubscribe('banyan.crash-point', note);
  }
}
