import { createTestDatabase } from '@banyan/proof/test-database';
import type { TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareRows } from './compare-rows.ts';
import { Samples } from './samples.ts';

let [monolith, twin, service] = [] as unknown as [TestDatabase, TestDatabase, TestDatabase];
beforeEach(async () => {
  [monolith, twin, service] = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  for (const database of [monolith, twin, service])
    await database.query('create table stats (id int primary key, visits int, seen timestamptz, note text)');
});
afterEach(() => Promise.all([monolith, twin, service].map((database) => database.close())));

/** One moment per database: what a clock puts into a row differs everywhere, by little. */
async function fill(database: TestDatabase, seconds: number, change = ''): Promise<void> {
  await database.query(
    `insert into stats select n, n * 10, timestamptz '2026-01-01 10:00:00.5+00' + $1 * interval '1 second', 'note' from generate_series(1, 6) n`,
    [seconds],
  );
  if (change !== '') await database.query(change);
}

async function compared(change: string, ofTwin = '') {
  await Promise.all([fill(monolith, 0), fill(twin, 1, ofTwin), fill(service, 2, change)]);
  const samples = new Samples();
  const tables = [{ source: 'public.stats', target: 'public.stats' }];
  const { rows, rules } = await compareRows({ monolith: monolith.url, twin: twin.url, service: service.url, tables, samples });
  return { rows, rules, samples: samples.list() };
}

describe('rows after a rehearsal', () => {
  it('explains what a clock puts into them, and says so', async () => {
    const { rows, rules, samples } = await compared('');
    expect(rows).toEqual({ compared: 6, explained: 6, differing: 0 });
    expect(rules).toEqual(['public.stats.seen varies in the monolith itself']);
    expect(samples).toEqual([]);
  });

  it.each([
    ['a count that was overwritten', 'update stats set visits = 1 where id = 3', 'changed', 'public.stats seen visits'],
    ['a time that is null', 'update stats set seen = null where id = 3', 'changed', 'public.stats seen'],
    ['a time zone', "update stats set seen = seen + interval '1 hour' where id = 3", 'changed', 'public.stats seen'],
    ['a row too few', 'delete from stats where id = 3', 'missing', 'public.stats'],
    ['a row too many', 'insert into stats values (7, 1, now(), null)', 'extra', 'public.stats'],
  ])('does not explain %s, and shows no value', async (_what, change, kind, where) => {
    const { rows, samples } = await compared(change);
    expect(rows.differing).toBe(1);
    expect(samples).toMatchObject([{ of: 'row', kind, where, count: 1, detail: expect.stringMatching(/^key [37]: /) as string }]);
    expect(JSON.stringify(samples)).not.toContain('2026-01-01');
  });

  it('does not excuse a column in one row because it varied in two others', async () => {
    const { rows } = await compared("update stats set note = 'other' where id = 5", "update stats set note = 'twin' where id in (1, 2)");
    expect(rows.differing).toBe(1);
  });
});
