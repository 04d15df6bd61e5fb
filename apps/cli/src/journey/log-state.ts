/** How far events have been handled: as the embedded broker's log and the tables of the services tell, or by marks that go through another broker. */
import { setTimeout as delay } from 'node:timers/promises';
import { archiveGroup } from '@banyan/controller/archiving';
import { loadMarker, type Marker } from '@banyan/service/load-driver';
import { eventStoreDatabase } from '../running/program-specs.ts';
import type { Journey } from './journey.ts';
import { databaseOf, withDatabase } from './owners.ts';

/** What was set aside is tried again after pauses that double up to five minutes. */
const stillWithinMs = 360_000;

/** The last position of the event store, with everything in it that is at the broker by now. */
export async function logEnd(journey: Journey): Promise<number> {
  await withMarker(journey, (marker) => marker.untilSettled(archiveGroup, { signal: AbortSignal.timeout(stillWithinMs) }));
  return count(logOf(journey), 'select coalesce(max(position), 0) as count from banyan.events', []);
}

/** Until a service has handled or set aside everything that is at the broker by now; false when that takes longer than the time. */
export async function hasCaughtUp(journey: Journey, service: string, withinMs: number): Promise<boolean> {
  const late = AbortSignal.timeout(withinMs);
  const byMark = await withMarker(journey, (marker) =>
    marker.untilSettled(service, { signal: AbortSignal.any([late, journey.signal]) }).then(
      () => true,
      (error: unknown) => {
        if (late.aborted) return false;
        throw error;
      },
    ),
  );
  if (byMark !== undefined) return byMark;
  const end = await logEnd(journey);
  while ((await unsettledBy(journey, service, end)) > 0) {
    if (late.aborted) return false;
    await delay(100, undefined, { signal: journey.signal });
  }
  return true;
}

/** When nothing is asked any more: waits until everything told has been published and handled and every saga has ended, at most six minutes. */
export async function waitUntilStill(journey: Journey): Promise<void> {
  if (journey.running.plan.system.definition.broker === undefined) return;
  const services = journey.legs.map(({ service }) => service);
  for (const deadline = Date.now() + stillWithinMs; Date.now() < deadline; await delay(200)) {
    const before = await logEnd(journey);
    const behind = await Promise.all(services.map((service) => isBehind(journey, service, before)));
    const open = await Promise.all(services.map((service) => openIn(databaseOf(journey, service))));
    if (!behind.includes(true) && open.every((left) => left === 0) && (await logEnd(journey)) === before) return;
  }
}

async function isBehind(journey: Journey, service: string, position: number): Promise<boolean> {
  const late = AbortSignal.timeout(stillWithinMs);
  const isSettled = await withMarker(journey, (marker) => marker.untilSettled(service, { signal: late }).then(() => true));
  return isSettled === undefined ? (await unsettledBy(journey, service, position)) > 0 : !isSettled;
}

/** Undefined where the event store is the broker. */
async function withMarker<Result>({ running }: Journey, ask: (marker: Marker) => Promise<Result>): Promise<Result | undefined> {
  const marker = running.broker === undefined ? undefined : await loadMarker(running.broker.url);
  if (marker === undefined) return undefined;
  try {
    return await ask(marker);
  } finally {
    await marker.close();
  }
}

/** Events up to a position that a service has subscribed to and neither handled nor set aside. */
async function unsettledBy(journey: Journey, service: string, position: number): Promise<number> {
  return count(logOf(journey), unsettledEvents, [service, position]);
}

/** Events that are not at the broker, events set aside, and sagas under way. */
async function openIn(url: string): Promise<number> {
  const tables = ['banyan.outbox', 'banyan.set_aside', "banyan.sagas where state in ('running', 'undoing')"];
  const counts = await Promise.all(
    tables.map((table) =>
      withDatabase(url, async (client) => {
        const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table.split(' ')[0]]);
        if (rows[0]?.there !== true) return 0;
        return Number((await client.query<{ count: string }>(`select count(*) from ${table}`)).rows[0]?.count);
      }),
    ),
  );
  return counts.reduce((sum, one) => sum + one, 0);
}

const unsettledEvents = `
  select count(*) from banyan.bus_groups g
  join banyan.bus_group_types t on t.group_id = g.id
  join banyan.events e on e.type = t.type and e.position > t.begins_after
  left join banyan.bus_cursors c on c.group_id = g.id and c.partition = e.partition
  where g.name = $1 and e.position <= $2 and e.position > coalesce(c.position, 0)`;

function logOf(journey: Journey): string {
  return journey.running.plan.databaseUrl(eventStoreDatabase);
}

async function count(url: string, sql: string, values: readonly unknown[]): Promise<number> {
  return withDatabase(url, async (client) => {
    const { rows } = await client.query<{ count: string }>(sql, [...values]);
    return Number(rows[0]?.count);
  });
}
