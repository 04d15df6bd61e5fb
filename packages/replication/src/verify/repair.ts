// Copies named rows again and looks at them again.
import type { Client } from 'pg';
import { keyText } from '../apply/change.ts';
import { deleteStatement, insertStatement, type SetStatement } from '../apply/statements.ts';
import { loadPairs, type TablePair } from '../catalogue/table-shape.ts';
import { explainRights } from '../inspect/rights.ts';
import { closeSession, openSession } from '../postgres/session.ts';
import type { ReplicationStream } from '../stream/options.ts';
import { atOnePosition, type OnePosition } from './position.ts';
import { readRows } from './rows-by-key.ts';
import { verify, type VerifyReport } from './verify.ts';

export interface RepairOptions {
  /** Following. */
  readonly stream: ReplicationStream;
  /** By target table, as text; see differingKeys. */
  readonly keys: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly signal?: AbortSignal;
}

const keysPerStep = 1_000;

/**
 * While the applier stands at position q, the rows of the source at q replace those of the target: what the source has is written,
 * what it has not is deleted, what is there twice is there once. Then the keys are verified; the report says whether all is well.
 */
export async function repair(options: RepairOptions): Promise<VerifyReport> {
  const { stream, keys, signal } = options;
  const writer = await openSession(stream.options.target, { name: `${stream.name} repair` });
  try {
    await writer.query('set session_replication_role = replica');
    const whileHeld = (sides: OnePosition) => replaceRows(stream, sides, writer, keys);
    await atOnePosition({ stream, whileHeld, ...(signal === undefined ? {} : { signal }) }, async () => {});
  } catch (error) {
    throw explainRights(error);
  } finally {
    closeSession(writer);
  }
  return verify({ stream, keys, ...(signal === undefined ? {} : { signal }) });
}

async function replaceRows(stream: ReplicationStream, sides: OnePosition, writer: Client, keys: RepairOptions['keys']): Promise<void> {
  const pairs = await loadPairs(sides.source, sides.target, stream.options.tables, { keylessTarget: true });
  await writer.query('begin');
  for (const pair of pairs) {
    const all = keys.get(pair.target.name) ?? [];
    for (let start = 0; start < all.length; start += keysPerStep)
      await replaceSome(sides.source, writer, pair, all.slice(start, start + keysPerStep));
  }
  await writer.query('commit');
}

async function replaceSome(source: Client, writer: Client, pair: TablePair, keys: readonly (readonly string[])[]): Promise<void> {
  const rows = await readRows(source, pair.source.name, pair, keys);
  const present = [...rows.values()].flat();
  const keyed = pair.target.key.length > 0;
  // A row that stays is updated, not replaced: others may reference it. Without a key there are no references.
  const gone = keyed ? keys.filter((key) => !rows.has(keyText(key))) : keys;
  if (gone.length > 0) await run(writer, deleteStatement(pair, gone, ''));
  if (present.length > 0) await run(writer, insertStatement(pair, present, keyed ? 'update' : 'fail'));
}

async function run(writer: Client, statement: SetStatement): Promise<void> {
  await writer.query(statement.text, [...statement.values]);
}
