/** Rows of the monolith become rows and events of the service: with their position in one transaction, by whoever has the lease. */
import type { SqlSession } from '@banyan/outbox/transactions';
import { writeEvents } from '@banyan/outbox/write-events';
import type { MemoryTransaction } from '@banyan/saga';
import type { Connection, SimulatedDatabase } from '../database/simulated-database.ts';
import { rowsOf } from '../database/tables.ts';
import type { SimulatedProcess } from '../simulated-process.ts';
import { toUuid, type World } from '../world.ts';
import { questionChanged } from './contracts.ts';
import type { Monolith } from './monolith.ts';

const leaseMs = 2_000;
const idleMs = 200;

interface Follower {
  readonly world: World;
  readonly database: SimulatedDatabase;
  readonly process: SimulatedProcess;
  readonly monolith: Monolith;
  readonly connection: Connection;
}

interface Lease {
  readonly token: string;
  /** How far it has followed. */
  position: number;
}

export async function follow(place: Omit<Follower, 'connection'>): Promise<void> {
  const follower = { ...place, connection: place.database.connect(place.process) };
  for (let lease: Lease | undefined; !place.process.isDead;) {
    try {
      lease ??= await takeLease(follower);
      if (lease === undefined || !(await applyNext(follower, lease))) await place.world.clock.wait(idleMs);
    } catch {
      lease = undefined;
      await place.world.clock.wait(idleMs);
    }
  }
}

/** The lock is held to the end of the transaction: nobody moves the position in between. */
function locked<Result>(
  { connection }: Follower,
  work: (transaction: MemoryTransaction, session: SqlSession) => Promise<Result>,
): Promise<Result> {
  return connection.transactions.run(async ({ session, native }) => {
    await connection.lock(session, 'follower');
    return work(native, session);
  });
}

function takeLease(follower: Follower): Promise<Lease | undefined> {
  const { world, database, process } = follower;
  const state = rowsOf(database.tables, 'follower');
  return locked(follower, async (transaction) => {
    const [token, until] = [Number(state.get('token') ?? 0) + 1, Number(state.get('until') ?? 0)];
    if (until > world.clock.now()) return undefined;
    transaction.stage(() => {
      state.set('token', String(token)).set('until', String(world.clock.now() + leaseMs));
      world.tell(`${process.name} follows from ${state.get('position') ?? 0} with lease ${token}`);
    });
    return { token: String(token), position: Number(state.get('position') ?? 0) };
  });
}

/** False when there is nothing new. Throws when the lease is lost. */
async function applyNext(follower: Follower, lease: Lease): Promise<boolean> {
  const { world, database, monolith, process } = follower;
  const state = rowsOf(database.tables, 'follower');
  await process.step();
  const changes = monolith.changes.slice(lease.position, lease.position + 3);
  const position = lease.position + changes.length;
  const move = () => void state.set('position', String(position));
  await locked(follower, async (transaction, session) => {
    if (state.get('token') !== lease.token && world.planted !== 'lease-without-fence') throw new Error('The lease is lost.');
    transaction.stage(() => void state.set('until', String(world.clock.now() + leaseMs)));
    for (const { question, text } of changes) transaction.stage(() => void rowsOf(database.tables, 'questions').set(question, text));
    if (world.planted !== 'position-apart') transaction.stage(move);
    await writeEvents(session, '/question', toEvents(world, lease.position, changes));
  });
  if (world.planted === 'position-apart') await locked(follower, async (transaction) => transaction.stage(move));
  lease.position = position;
  return changes.length > 0;
}

/** The same change always becomes an event with the same id. */
function toEvents({ clock }: World, from: number, changes: Monolith['changes']) {
  return changes.map((data, offset) => ({
    contract: questionChanged,
    data: { ...data },
    id: toUuid(from + offset, 1),
    time: new Date(clock.now()),
  }));
}
