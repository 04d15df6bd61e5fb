/** How far the embedded broker's log has been handled, as its own tables and those of the services tell. */
import { setTimeout as delay } from 'node:timers/promises';
import { eventStoreDatabase } from '../running/program-specs.ts';
import type { Journey } from './journey.ts';
import { databaseOf, withDatabase } from './owners.ts';

/** What was set aside is tried again after pauses that double up to five minutes. */
const stillWithinMs = 360_000;

/** The last position of the log. */
export async function logEnd(journey: Journey): Promise<number> {
  return count(logOf(journey), 'select coalesce(max(position), 0) as count from banyan.events', []);
}

/** Events up to a position that a service has subscribed to and neither handled nor set aside. */
export async function unsettledBy(journey: Journey, service: string, position: number): Promise<number> {
  return count(logOf(journey), unsettledEvents, [service, position]);
}

/** When nothing is asked any more: waits until everything told has been published and handled and every saga has ended, at most six minutes. */
export async function waitUntilStill(journey: Journey): Promise<void> {
  const isEmbedded = journey.running.plan.system.definition.broker === 'embedded';
  for (const deadline = Date.now() + stillWithinMs; isEmbedded && Date.now() < deadline; await delay(200)) {
    const services = journey.legs.map(({ service }) => service);
    const open = await Promise.all(services.map((service) => openIn(databaseOf(journey, service))));
    const [end, ...unsettled] = [await logEnd(journey), ...open];
    const behind = await Promise.all(services.map((service) => unsettledBy(journey, service, end)));
    if ([...unsettled, ...behind].every((left) => left === 0)) return;
  }
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
