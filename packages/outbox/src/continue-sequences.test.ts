import { createTestDatabase } from '@banyan/proof/test-database';
import { expect, test } from 'vitest';
import { continueSequences } from './continue-sequences.ts';
import { installOutbox } from './install.ts';
import { openClient } from './testing/session.ts';

test('a new outbox goes on after what was published before, and what it knows better stays', async () => {
  await using created = await createTestDatabase();
  await using database = await openClient(created.url);
  await installOutbox(database);
  const write = async (key: string) => {
    await database.query(
      `select banyan.write_events(array[gen_random_uuid()], array['/shop/orders'], array[$1], array['order.placed'], array['{"type":"order.placed"}'])`,
      [key],
    );
    const { rows } = await database.query<{ envelope: string }>('select envelope from banyan.outbox order by position desc limit 1');
    return Number((JSON.parse(rows[0]?.envelope ?? '{}') as { sequence: string }).sequence);
  };
  const last = new Map([
    ['a', 41n],
    ['b', 7n],
  ]);
  expect(await continueSequences(database, '/shop/orders', last)).toBe(2);
  expect([await write('a'), await write('b'), await write('c')]).toEqual([42, 8, 1]); // naive: 1, 1, 1, which the log refuses
  expect(await continueSequences(database, '/shop/orders', last)).toBe(0);
  expect(await continueSequences(database, '/shop/others', last)).toBe(2);
  expect(await write('a')).toBe(43);
});
