// Random transactions against tables with every awkward feature at once, during copy and after it: both sides end equal.
import { propertyOptions } from '@banyan/proof/property-options';
import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPair, rowsOf } from '../testing/pair.ts';
import { verify } from '../verify/verify.ts';

const schema = `create table items (id int, part int default 0, name text unique, big text, at timestamptz default clock_timestamp(), twice int generated always as (id * 2) stored,
    primary key (id, part)); alter table items alter big set storage external; create table full_rows (id int primary key, v text, big text);
    alter table full_rows alter big set storage external; alter table full_rows replica identity full`;

const id = integer({ min: 1, max: 5 });
const statement = oneof(
  record({ id, name: integer({ min: 1, max: 8 }) }).map(
    ({ id: key, name }) => `insert into items (id, name, big) values (${key}, 'n${name}', repeat('x', 3000)) on conflict do nothing`,
  ),
  record({ id, name: integer({ min: 1, max: 8 }) }).map(
    ({ id: key, name }) =>
      `update items set name = 'n${name}' where id = ${key} and not exists (select 1 from items where name = 'n${name}')`,
  ),
  record({ id, to: id }).map(
    ({ id: key, to }) => `update items set id = ${to} where id = ${key} and not exists (select 1 from items where id = ${to})`,
  ),
  id.map((key) => `update items set big = repeat('y', ${key * 400}) where id = ${key}`),
  id.map((key) => `delete from items where id = ${key}`),
  record({ id, to: id }).map(
    ({ id: a, to: b }) =>
      `update items set name = 'swap' where id = ${a}; update items set name = 's' || id || '-' || ${b} where id = ${b}; update items set name = 't' || id where id = ${a}`,
  ),
  record({ id, to: id }).map(
    ({ id: key, to }) => `insert into full_rows values (${key}, 'a', repeat('z', 3000)) on conflict (id) do update set v = 'v${to}'`,
  ),
  id.map((key) => `delete from full_rows where id = ${key}`),
  constantFrom('truncate full_rows', 'update items set part = part + 1 where id > 3', `update full_rows set v = v || '.'`),
);
const transactions = array(
  record({
    statements: array(statement, { minLength: 1, maxLength: 6, size: 'max' }),
    end: constantFrom('commit', 'commit', 'commit', 'rollback'),
  }),
  { minLength: 20, maxLength: 60, size: 'max' },
);

/** A statement that collides undoes its transaction, as it would in life; so does one that is rolled back. */
function undone(error: { readonly code?: string }): void {
  if (error.code !== '23505' && error.code !== '22012') throw error;
}

describe('random writes', () => {
  it('end equal on both sides, whatever they were and however they were batched', async () => {
    const property = asyncProperty(transactions, transactions, integer({ min: 1, max: 30 }), async (during, after, batchRows) => {
      const pair = await createPair(schema, ['public.items', 'public.full_rows']);
      const run = async (all: typeof during) => {
        for (const one of all) {
          await pair.monolith

            .query(`do $$ begin ${one.statements.join('; ')}; ${one.end === 'rollback' ? 'perform 1 / 0' : 'null'}; end $$`)
            .catch(undone);
        }
      };
      try {
        const stream = pair.stream({ limits: { batchRows } });
        await Promise.all([stream.copy(), run(during)]);
        await Promise.all([stream.start(), run(after)]);
        await stream.stop();
        await run(during); // all of it will be there at once, so it is collapsed across transactions
        await stream.start();
        await stream.mark();
        for (const table of ['items', 'full_rows']) expect(await rowsOf(pair.service, table)).toEqual(await rowsOf(pair.monolith, table));
        expect(stream.status().missingRows).toBe(0);
        expect(await verify({ stream })).toMatchObject({ ok: true });
      } finally {
        await pair.close();
      }
    });
    await assert(property, propertyOptions(6));
  }, 120_000);
});
