/** The statements that outbox, projection and fence send, done in memory by the rules of their schema: locks held to the end, writes seen at COMMIT. */
import type { EventEnvelope } from '@banyan/contract';
import type { MemoryTransaction } from '@banyan/saga';
import type { World } from '../world.ts';
import { rowsOf, type Tables } from './tables.ts';

export interface Statement {
  readonly world: World;
  readonly database: string;
  readonly tables: Tables;
  readonly transaction: MemoryTransaction;
  /** Of this transaction. */
  readonly lock: (name: string) => Promise<void>;
}

type Row = Readonly<Record<string, unknown>>;

/** Throws for a statement that nobody has taught it. */
export async function answer(statement: Statement, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
  const known = answers.find(([part]) => text.includes(part));
  if (known === undefined) throw new Error(`The simulated database does not know: ${text}`);
  return known[1](statement, values);
}

const answers: readonly [string, (statement: Statement, values: readonly unknown[]) => Promise<readonly Row[]>][] = [
  ['select current_database()', async ({ database }) => [{ name: database }]],
  ['pg_notify', async () => []],
  ['banyan.write_events(', writeEvents],
  ['banyan.project_event(', projectEvent],
  ['pg_advisory_xact_lock(hashtextextended($1, 7233021))', lockProjection],
  ['update banyan.projections set filler = $2', beginFilling],
  ['select key from (', knownKeys],
  ['insert into banyan.projection_keys', noteCopied],
  ['update banyan.projections set filled_up_to', noteFilledUpTo],
  ['update banyan.projections set filler = null', endFilling],
  ['update banyan.projections set filled_at', noteFilled],
  ['insert into banyan.saga_fences', passFence],
];

/** All keys are locked in one order, then sequences and positions are drawn; others see them when it commits. */
async function writeEvents({ world, tables, transaction, lock }: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
  const [ids, sources, keys, , envelopes] = values as string[][];
  const names = ids!.map((_, at) => `${sources![at]} ${keys![at]}`);
  const numbers = new Map<string, number>();
  const readNumbers = () => new Set(names).forEach((name) => numbers.set(name, tables.sequences.get(name) ?? 0));
  if (world.planted === 'sequence-before-lock') readNumbers();
  for (const name of [...new Set(names)].toSorted()) await lock(`key ${name}`);
  if (world.planted !== 'sequence-before-lock') readNumbers();
  const waiting = new Set([...tables.outbox.values()].map(({ id }) => id));
  for (const [at, name] of names.entries()) {
    if (waiting.has(ids![at]!)) throw Object.assign(new Error('The event is in the outbox already.'), { code: '23505', severity: 'ERROR' });
    const number = numbers.get(name)! + 1;
    numbers.set(name, number);
    const position = tables.nextPosition++;
    const event = { ...(JSON.parse(envelopes![at]!) as EventEnvelope), sequence: String(number).padStart(19, '0') };
    transaction.stage(() => {
      tables.outbox.set(position, event);
      tables.sequences.set(name, number);
      tables.journal.push(event);
      world.tell(`committed ${describe(event)}`);
    });
  }
  return [];
}

export function describe({ type, source, partitionkey, sequence, id }: EventEnvelope): string {
  return `${type} ${partitionkey} #${Number(sequence)} of ${source} (${id})`;
}

async function projectEvent({ tables, transaction, lock }: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
  const [projection, key = '', sequence] = values as string[];
  await lock(`projection ${projection}`);
  const { copied, filling, isFilled } = tables;
  if (!isFilled && !(filling !== undefined && filling.upTo >= key)) return [{ applies: false }];
  const applies = (copied.get(key) ?? 0) < Number(sequence);
  if (applies) transaction.stage(() => void copied.set(key, Number(sequence)));
  return [{ applies }];
}

async function lockProjection({ world, lock }: Statement, [projection]: readonly unknown[]): Promise<readonly Row[]> {
  if (world.planted !== 'fill-without-lock') await lock(`projection ${String(projection)}`);
  return [];
}

const takeOverAfterMs = 10_000;

async function beginFilling({ world, tables, transaction }: Statement, [, filler]: readonly unknown[]): Promise<readonly Row[]> {
  const atMs = world.clock.now();
  if (tables.filling?.filler !== undefined && atMs - tables.filling.atMs < takeOverAfterMs) return [];
  transaction.stage(() => void (tables.filling = { filler: String(filler), atMs, upTo: '' }));
  return [{ asked: null }];
}

async function knownKeys({ tables }: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
  const [after, upTo] = values as [string, string | null];
  const keys = [...rowsOf(tables, 'copy').keys()].filter((key) => key > after && (upTo === null || key <= upTo));
  return keys.map((key) => ({ key }));
}

async function noteCopied({ tables, transaction }: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
  const [, keys, sequences] = values as [string, string[], string[]];
  transaction.stage(() => keys.forEach((key, at) => tables.copied.set(key, Number(sequences[at]))));
  return [];
}

async function noteFilledUpTo({ world, tables, transaction }: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
  const [name, filler, upTo] = values as string[];
  if (tables.filling?.filler !== filler) return [];
  transaction.stage(() => void (tables.filling = { filler: filler!, atMs: world.clock.now(), upTo: upTo! }));
  return [{ name }];
}

async function endFilling({ tables, transaction }: Statement, [, filler]: readonly unknown[]): Promise<readonly Row[]> {
  const { filling } = tables;
  if (filling?.filler === filler) transaction.stage(() => void (tables.filling = { ...filling!, filler: undefined }));
  return [];
}

async function noteFilled({ world, tables, transaction }: Statement, [name, filler]: readonly unknown[]): Promise<readonly Row[]> {
  if (tables.filling?.filler !== filler) return [];
  transaction.stage(() => {
    tables.isFilled = true;
    tables.filling = undefined;
    world.tell('the copy is filled');
  });
  return [{ name }];
}

async function passFence({ tables, transaction, lock }: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
  const [saga, step, action, undo] = values as [string, string, number, number];
  const name = `${saga}/${step}`;
  await lock(`fence ${name}`);
  const before = tables.fences.get(name) ?? { actions: 0, undos: 0 };
  const after = { actions: before.actions + (before.undos === 0 ? action : 0), undos: before.undos + undo };
  transaction.stage(() => void tables.fences.set(name, after));
  return [after];
}
