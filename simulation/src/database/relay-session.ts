/** What a relay has of a simulated outbox: the lead, which ends with its connection, and rows in the order of their position. */
import type { RelaySession, TakenRow } from '@banyan/outbox/relay';
import { connectionLost, type SimulatedProcess } from '../simulated-process.ts';
import type { World } from '../world.ts';
import type { Tables } from './tables.ts';

/** Who has the advisory lock. */
export interface Lead {
  holder: object | undefined;
  /** Of the planted relay that remembers how far it has come. */
  cursor: number;
}

export function openSimulatedRelay(options: {
  readonly world: World;
  readonly database: string;
  readonly tables: Tables;
  readonly lead: Lead;
  readonly process: SimulatedProcess;
  readonly refuseWhileAway: () => void;
}): RelaySession {
  const { world, database, tables, lead, process, refuseWhileAway } = options;
  const session = {};
  const end = () => {
    if (lead.holder === session) lead.holder = undefined;
  };
  const died = new Promise<never>((_, reject) => {
    process.onDeath(() => {
      end();
      reject(connectionLost());
    });
  });
  died.catch(() => {}); // heard by the next step
  /** The server has ended the connection, and its lead with it, before the relay knows; and the dead relay must hear it, to end. */
  const step = async () => {
    try {
      await Promise.race([process.step(), died]);
      refuseWhileAway();
    } catch (error) {
      end();
      throw error;
    }
  };
  const take = (rows: readonly TakenRow[], limit: number, underWay: readonly TakenRow[]): readonly TakenRow[] => {
    for (const { position } of rows) tables.outbox.delete(Number(position));
    if (world.planted === 'relay-has-a-cursor') lead.cursor = Math.max(lead.cursor, ...rows.map(({ position }) => Number(position)));
    const passedOver = new Set(underWay.map(({ position }) => Number(position)));
    const left = [...tables.outbox]
      .filter(([position]) => position > lead.cursor && !passedOver.has(position))
      .toSorted(([one], [other]) => one - other);
    const taken = left.slice(0, limit);
    if (world.planted === 'relay-deletes-first') for (const [position] of taken) tables.outbox.delete(position);
    return toRows(taken);
  };
  return {
    database,
    takeLead: async () => {
      await step();
      lead.holder ??= session;
      return lead.holder === session;
    },
    next: async (rows, { batchSize }, underWay = []) => {
      await step();
      if (lead.holder !== session) throw connectionLost();
      const taken = take(rows, batchSize, underWay);
      await step();
      // From here on somebody else may lead while this one still publishes what it has.
      if (!world.calm && world.random.chance(world.faults.connectionLost)) end();
      return taken;
    },
    lag: async () => ({ database, count: tables.outbox.size, oldestMs: 0 }),
    [Symbol.asyncDispose]: async () => end(),
  };
}

function toRows(rows: readonly (readonly [number, TakenRow['event']])[]): TakenRow[] {
  return rows.map(([position, event]) => ({ position: String(position), event }));
}
