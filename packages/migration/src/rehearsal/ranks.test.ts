import { createTestDatabase } from '@banyan/proof/test-database';
import type { TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareRows } from './compare-rows.ts';
import { Samples } from './samples.ts';

const board = { source: 'public.board', target: 'public.board', ranked: { place: 'place', by: ['mode', 'points'] } };

let databases: readonly TestDatabase[] = [];
beforeEach(async () => {
  databases = await Promise.all([1, 2, 3].map(() => createTestDatabase()));
  for (const [index, database] of databases.entries())
    await database.query(`
      create table board (mode int, place int, player int not null, points int not null, total int not null, seen timestamp not null, primary key (mode, place));
      insert into board select m, n, n * 10, 9 - n / 2, n, timestamp '2026-01-01' + ${index} * interval '1 second' from generate_series(1, 2) m, generate_series(1, 5) n`);
});
afterEach(() => Promise.all(databases.map((database) => database.close())));

/** Points by place: 9, 8, 8, 7, 7. */
async function compared(change: string, table: Parameters<typeof compareRows>[0]['tables'][number] = board) {
  const [monolith, twin, service] = databases.map(({ url }) => url) as [string, string, string];
  await databases[2]!.query(change);
  const samples = new Samples();
  const { rows, rules } = await compareRows({ monolith, twin, service, tables: [table], samples });
  return { ...rows, rules, samples: samples.list() };
}

/** In one statement, which no key stands in the way of. */
const swap = (one: string, other: string, columns = 'player, total') =>
  `update board b set (${columns}) = (select ${columns} from board o where o.mode = b.mode and o.place = case when b.${one} then ${other.split('/')[1]} else ${other.split('/')[0]} end)
   where b.mode = 1 and b.place in (${other.replace('/', ', ')})`;

describe('rows that tie', () => {
  it('may stand in each other’s places, and the rule is told', async () => {
    const found = await compared(swap('place = 2', '2/3'));
    expect(found).toMatchObject({ differing: 0, explained: 10, samples: [] });
    expect(found.rules).toContain("public.board: declared: rows that tie may stand in each other's places");
  });

  it('nothing is told where nothing has to be explained', async () => {
    expect((await compared('select')).rules).toEqual(['public.board.seen varies in the monolith itself']);
  });

  it.each<[string, string, number]>([
    ['without the rule', swap('place = 2', '2/3'), 2],
    ['who do not tie and have taken the points of each other', swap('place = 1', '1/2'), 2],
    ['with a player who is not there', 'update board set player = 77 where mode = 1 and place = 2', 1],
    ['with the total of each other', swap('place = 2', '2/3', 'total'), 2],
    ['with other points', 'update board set points = 1 where mode = 1 and place = 2', 1],
    ['with one too few', 'delete from board where mode = 1 and place = 2', 1],
    ['with one at another place', 'update board set place = 6 where mode = 1 and place = 5', 2],
  ])('nobody is excused %s', async (what, change, differing) => {
    const table = what === 'without the rule' ? { source: board.source, target: board.target } : board;
    expect(await compared(change, table)).toMatchObject({ differing });
  });

  it('a tie that is whole excuses no other rank', async () => {
    const found = await compared(`${swap('place = 2', '2/3')}; update board set player = 77 where mode = 2 and place = 3`);
    expect(found).toMatchObject({
      differing: 1,
      samples: [{ where: 'public.board player seen', detail: expect.stringMatching(/^key 2, 3: /) as string }],
    });
  });
});
