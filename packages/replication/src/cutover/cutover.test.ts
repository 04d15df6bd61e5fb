// The whole move on real databases: there, back, and what stops it.
import { afterEach, describe, expect, it } from 'vitest';
import { createPair, type Pair, rowsOf, usersTable } from '../testing/pair.ts';
import { memoryJournal, quietRoutes } from '../testing/move.ts';
import { cutover } from './cutover.ts';

let pair: Pair;
afterEach(() => pair.close());

describe('a cutover', () => {
  it('moves the tables there and back with every row', async () => {
    pair = await createPair(usersTable, ['public.users']);
    await pair.monolith.query(`insert into users (google_id, email, name) select 'g' || n, 'e' || n, 'n' || n from generate_series(1, 50) n`);
    const forward = pair.stream();
    await forward.copy();
    await forward.start();
    const monolith = { name: 'monolith', url: pair.monolith.url };
    const service = { name: 'service', url: pair.service.url };
    const reverse = pair.back();
    const there = await cutover({ from: monolith, to: service, forwardStream: forward, reverseStream: reverse, routes: quietRoutes(), journal: memoryJournal() });
    expect(there.cancelled).toBeUndefined();
    await expect(pair.monolith.query(`update users set name = 'late'`)).rejects.toMatchObject({ code: '25006' });
    await pair.service.query(`insert into users (google_id, email, name) values ('new', 'new', 'new'); update users set name = 'moved' where id = 3`);
    await reverse.mark();
    expect(await rowsOf(pair.monolith, 'users')).toEqual(await rowsOf(pair.service, 'users'));
    const back = await cutover({ from: service, to: monolith, forwardStream: reverse, reverseStream: forward, routes: quietRoutes(), journal: memoryJournal() });
    expect(back.cancelled).toBeUndefined();
    await expect(pair.service.query(`update users set name = 'late'`)).rejects.toMatchObject({ code: '25006' });
    await pair.monolith.query(`insert into users (google_id, email, name) values ('home', 'home', 'home')`);
    await forward.mark();
    expect(await rowsOf(pair.service, 'users')).toEqual(await rowsOf(pair.monolith, 'users'));
    expect(await rowsOf(pair.service, 'users')).toHaveLength(52);
  });
});
