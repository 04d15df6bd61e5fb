import { event, toEnvelope } from '@banyan/contract';
import { createEventLog } from '@banyan/event-store';
import { extraction, planMigration, plannedExtraction } from '@banyan/migration';
import { installOutbox, writeEvents } from '@banyan/outbox';
import { createTestDatabase } from '@banyan/proof/test-database';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { continueEventNumbers } from './running/continue-event-numbers.ts';

const counted = event({
  type: 'page.counted',
  version: 1,
  summary: 'A page has been seen so often',
  key: 'pageId',
  data: z.object({ pageId: z.string(), seen: z.int() }),
});
const plan = planMigration(
  { system: 's', extractions: [extraction('pages', { service: 'pages', tables: [{ source: 'public.pages', target: 'public.pages' }] })] },
  { programs: { pages: { role: 'service' } } },
);
const pages = plannedExtraction(plan, 'pages');

it(
  'a service whose database is new publishes after what the event store has of it; without that the store refuses',
  { timeout: 60_000 },
  async () => {
    await using store = await createTestDatabase();
    await using database = await createTestDatabase();
    const sequences = continueEventNumbers({ system: 's', eventStoreUrl: store.url, databaseUrls: { pages: database.url } });
    expect(await sequences.continueAfterLog(pages)).toBe(0); // no event store yet

    const log = await createEventLog({ url: store.url });
    const told = (source: string, pageId: string, sequence: bigint) =>
      toEnvelope(counted, { pageId, seen: 1 }, { id: crypto.randomUUID(), source, time: new Date(), correlationId: 'c', sequence });
    await log.append([told('/s/pages', 'a', 1n), told('/s/pages', 'a', 2n), told('/s/pages', 'b', 1n), told('/s/others', 'a', 9n)]);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await installOutbox(client);
    const publish = async (pageId: string) => {
      await writeEvents(client, '/s/pages', [{ contract: counted, data: { pageId, seen: 2 }, id: crypto.randomUUID(), time: new Date() }]);
      const { rows } = await client.query<{ envelope: string }>('delete from banyan.outbox returning envelope');
      await log.append([JSON.parse(rows[0]?.envelope ?? '') as ReturnType<typeof told>]);
    };
    await expect(publish('a')).rejects.toMatchObject({ code: 'EVENT_STORE_SEQUENCE_BROKEN' });
    await client.query('delete from banyan.outbox_keys');

    expect(await sequences.continueAfterLog(pages)).toBe(2);
    await publish('a');
    await publish('b');
    await publish('c');
    const { rows } = await store.query(
      "select aggregate_id || version as told from banyan.events where service_id = '/s/pages' order by 1",
    );
    expect(rows.map(({ told: text }) => text as string)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1']);
    expect(await sequences.continueAfterLog(pages)).toBe(0);
    await client.end();
    await log.close();
  },
);
