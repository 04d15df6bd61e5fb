// Copy and follow on real databases.
import { afterEach, describe, expect, it } from 'vitest';
import { createPair, type Pair, rowsOf, usersTable } from '../testing/pair.ts';

let pair: Pair;
afterEach(() => pair.close());

describe('a stream', () => {
  it('copies what is there and follows what comes', async () => {
    pair = await createPair(usersTable, ['public.users']);
    await pair.monolith.query(
      `insert into users (google_id, email, name) select 'g' || n, 'e' || n, 'n' || n from generate_series(1, 100) n`,
    );
    const stream = pair.stream();
    const report = await stream.copy();
    expect(report.tables[0]?.rows).toBe(100);
    await pair.monolith.query(`update users set name = 'x' where id = 1; delete from users where id = 2`);
    await stream.start();
    await pair.monolith.query(`insert into users (google_id, email, name) values ('late', 'late', 'late')`);
    await stream.mark();
    expect(await rowsOf(pair.service, 'users')).toEqual(await rowsOf(pair.monolith, 'users'));
    expect(stream.status()).toMatchObject({ state: 'following', rows: 3 });
  });
});
