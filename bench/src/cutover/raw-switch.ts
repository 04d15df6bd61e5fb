/**
 * The raw limit of a cutover: a stop-the-world switch as one writes it by hand. It locks the tables on both sides, points the routes to
 * the other side, and commits on both. Nothing is carried over, verified, journalled or fenced; there is no way back.
 */
import type { Client } from 'pg';
import { timed } from './gateway-routes.ts';
import { probeMessage } from './message-probe.ts';
import { otherSide, type SideName } from './names.ts';
import { withClient, type World } from './world.ts';

export interface RawSwitch {
  /** Until the last running writer of the old side was done. */
  readonly lockWaitMs: number;
  /** One bare `PUT /routes` while nobody is answered. */
  readonly flipMs: number;
  /** From the first lock to the last commit. */
  readonly heldMs: number;
}

export interface RawProbes {
  /** A message written into the log, commit included, until a reader of the log has it. */
  readonly messageMs: number;
  /** One bare `PUT /routes` while writes go on. */
  readonly putMs: number;
}

/** Before the switch, while writes go on. */
export async function probeRaw(world: World, owner: SideName): Promise<RawProbes> {
  const messageMs = await probeMessage(world.databases[owner]);
  return { messageMs, putMs: await world.routes.point('raw', owner) };
}

export async function switchRaw({ databases, routes }: World, owner: SideName): Promise<RawSwitch> {
  const to = otherSide(owner);
  return withClient(databases[owner], (from) =>
    withClient(databases[to], (target) => switchOver(from, target, () => routes.point('raw', to))),
  );
}

async function switchOver(from: Client, target: Client, point: () => Promise<number>): Promise<RawSwitch> {
  await Promise.all([from, target].map((side) => side.query("set deadlock_timeout = '20ms'"))); // as the fence: autovacuum gives way at once
  const startedMs = performance.now();
  const lockWaitMs = await timed(() => lock(from));
  await lock(target);
  const flipMs = await point();
  await Promise.all([from.query('commit'), target.query('commit')]);
  return { lockWaitMs, flipMs, heldMs: performance.now() - startedMs };
}

function lock(side: Client): Promise<unknown> {
  return side.query('begin; lock table raw_accounts, raw_orders in share row exclusive mode');
}
