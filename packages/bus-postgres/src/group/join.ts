/** Finds a group, or makes it where it begins. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SubscriptionOptions } from '@banyan/bus';
import type { EventLog, EventLogOperations } from '@banyan/event-store';
import type { Client } from 'pg';
import { BusPostgresError } from '../errors.ts';
import { findGroup, makeGroup, type KnownGroup } from './cursors.ts';

/** Appends take milliseconds; one that takes longer than this is not waited for. */
const patienceMs = 30_000;

export async function joinGroup(client: Client, log: EventLog & EventLogOperations, options: SubscriptionOptions): Promise<KnownGroup> {
  const { group: name, from: beginning = 'now' } = options;
  const types = [...new Set(options.types)];
  const known = await findGroup(client, name, types);
  if (known !== undefined) return known;
  const now = await settledHead(log, name);
  await makeGroup(client, { name, types, partitions: log.partitions, now, from: beginning === 'now' ? now : 0n });
  return (await findGroup(client, name, types))!;
}

/**
 * The present end of the feed, as soon as it is complete up to there: an append that is still under way could otherwise put an event before it,
 * which would be missed although its publish() has not resolved yet.
 */
async function settledHead(log: EventLogOperations, group: string): Promise<bigint> {
  const { head } = await log.diagnose();
  for (const startedMs = performance.now(); ; await sleep(5)) {
    const { watermark, heldBackBy } = await log.diagnose();
    if (watermark >= head) return head;
    if (performance.now() - startedMs < patienceMs) continue;
    const holders = heldBackBy.map(({ pid, application, forMs }) => `pid ${pid} (${application}, ${forMs} ms)`).join(', ');
    throw new BusPostgresError('BUS_POSTGRES_FEED_HELD_BACK', `Group "${group}" cannot begin: the feed is held back by ${holders}.`);
  }
}
