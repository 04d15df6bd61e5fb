import { setTimeout as pause } from 'node:timers/promises';
import { event } from '@banyan/contract';
import { extraction, planMigration, plannedExtraction, rowEvent } from '@banyan/migration';
import { createReplicatedData } from '@banyan/migration/replicated-data';
import { createOutbox, pgTransactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import type { CutoverState } from '@banyan/replication';
import { Pool } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { rowsBecomeEvents } from './running/rows-become-events.ts';

const counted = event({
  type: 'page.counted',
  version: 1,
  summary: 'A page has been seen so often',
  key: 'pageId',
  data: z.object({ pageId: z.string(), seen: z.int() }),
});
const table = 'create table pages (id integer primary key, seen integer not null)';
const pages = [1, 2, 3];

let monolith: TestDatabase;
let service: TestDatabase;
let pool: Pool;
beforeEach(async () => {
  [monolith, service] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  pool = new Pool({ connectionString: service.url });
  pool.on('error', () => {}); // the database is dropped at the end
  for (const side of [monolith, service]) await side.query(table);
  await monolith.query('insert into pages select id, 0 from unnest($1::int[]) id', [pages]);
});
afterEach(async () => {
  await pool.end();
  await Promise.all([monolith.close(), service.close()]);
});

function extractionData() {
  const plan = planMigration(
    {
      system: `s${Math.random().toString(36).slice(2, 8)}`,
      extractions: [
        extraction('pages', {
          service: 'pages',
          tables: [{ source: 'public.pages', target: 'public.pages' }],
          events: (changes) =>
            Promise.resolve(
              changes.map((change) => rowEvent(counted, { pageId: change.key['id']!, seen: Number(change.row?.['seen']) }, change)),
            ),
        }),
      ],
    },
    { programs: { pages: { role: 'service' } } },
  );
  const planned = plannedExtraction(plan, 'pages');
  let state: CutoverState | undefined;
  const journal = {
    read: () => Promise.resolve(state),
    write: (next: CutoverState) => Promise.resolve(void (state = next)),
    clear: () => Promise.resolve(void (state = undefined)),
  };
  const onApplied = rowsBecomeEvents(plan.system, planned, service.url);
  return createReplicatedData({
    system: plan.system,
    extraction: planned,
    monolith: monolith.url,
    service: service.url,
    journal,
    onApplied: onApplied!,
  });
}

/** What both programs do for a request: one more visit, in the database that takes writes now. */
async function visit(id: number): Promise<void> {
  const transactions = pgTransactions(pool);
  const outbox = createOutbox({ transactions, source: '/s/pages', publishes: [counted] });
  for (;;) {
    const statement = 'update pages set seen = seen + 1 where id = $1 returning seen';
    try {
      await monolith.query(statement, [id]);
      return;
    } catch {
      // fenced: the service owns it, or nobody for a moment
    }
    try {
      await transactions.run(async ({ session }) => {
        const { rows } = await session.query<{ seen: number }>(statement, [id]);
        outbox.publish(counted, { pageId: String(id), seen: rows[0]!.seen });
      });
      return;
    } catch {
      await pause(5);
    }
  }
}

it(
  'there is one event for every write, in order, while the monolith owns the rows, when the service does, and when they go back',
  { timeout: 120_000 },
  async () => {
    const data = extractionData();
    const steps = {
      hold: () => Promise.resolve({ drainMs: 0 }),
      flip: () => Promise.resolve({ flipMs: 0 }),
      release: () => Promise.resolve(),
    };
    await data.replicate(() => undefined);
    let isOver = false;
    let visits = 0;
    const visitors = pages.map(async (id) => {
      for (; !isOver; visits += 1) await visit(id);
    });
    const more = async (count: number) => {
      const before = visits;
      await expect.poll(() => visits).toBeGreaterThan(before + count);
    };
    await more(100);
    for (const direction of ['cutover', 'cutback', 'cutover', 'cutback'] as const) {
      expect(await data.cutover(direction, steps)).not.toHaveProperty('cancelled');
      await more(100);
    }
    isOver = true;
    await Promise.all(visitors);
    await data.mark(20_000);
    const { rows: told } = await service.query<{ envelope: string }>('select envelope from banyan.outbox order by position');
    const events = told.map(({ envelope }) => JSON.parse(envelope) as { data: { pageId: string; seen: number }; sequence: string });
    for (const id of pages) {
      const ofPage = events.filter(({ data: { pageId } }) => pageId === String(id));
      const seen = (await service.query<{ seen: number }>('select seen from pages where id = $1', [id])).rows[0]!.seen;
      expect(ofPage.map((one) => one.data.seen)).toEqual(Array.from({ length: seen }, (_, index) => index + 1));
    }
    expect(events).toHaveLength(visits);
    await data.release();
    await data.stop();
  },
);
