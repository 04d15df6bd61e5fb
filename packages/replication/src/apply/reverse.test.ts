// The reverse stream does what the foreign keys of tables that stayed would have done, and carries nothing in a circle.
import { afterEach, describe, expect, it } from 'vitest';
import { findDanglingReferences } from '../catalogue/dangling-references.ts';
import { withSession } from '../postgres/session.ts';
import { createStream } from '../stream/create-stream.ts';
import type { ReplicationStream } from '../stream/options.ts';
import { createPair, type Pair, rowsOf } from '../testing/pair.ts';
import { openWire } from '../testing/wire.ts';
import { createTestDatabase } from '@banyan/proof/test-database';

let pair: Pair;
afterEach(() => pair.close());

const service = 'create table users (id int primary key, google_id text unique, name text)';
const monolith = `${service};
  create table stats (id int primary key, user_id int not null references users on delete cascade on update cascade);
  create table details (stat_id int references stats on delete cascade);
  create table notes (id int primary key, user_id int references users on delete set null on update set null);
  create table badges (id int primary key, google_id text references users (google_id) on delete cascade on update cascade);
  create table invoices (id int primary key, user_id int references users);
  create table log (line text);
  create function note_it() returns trigger language plpgsql as $$ begin insert into log values ('stat ' || old.id || ' went'); return old; end $$;
  create trigger note_it after delete on stats for each row execute function note_it()`;

async function reverseStream(): Promise<ReplicationStream> {
  pair = await createPair(monolith, ['public.users'], service);
  const rows = `insert into users values (1, 'g1', 'a'), (2, 'g2', 'b'), (3, 'g3', 'c')`;
  await pair.service.query(rows);
  await pair.monolith.query(`${rows}; insert into stats values (1, 1), (2, 2); insert into details values (1), (2);
    insert into notes values (1, 1), (2, 2); insert into badges values (1, 'g1'), (2, 'g2'); insert into invoices values (3, 3)`);
  const stream = pair.back();
  await stream.prepare();
  await stream.start();
  return stream;
}

describe('the reverse stream', () => {
  it('cascades deletions into tables that stayed, with their own triggers and grandchildren', async () => {
    const stream = await reverseStream();
    await pair.service.query('delete from users where id = 1');
    await stream.mark();
    expect(await rowsOf(pair.monolith, 'stats')).toEqual(['(2,2)']);
    expect(await rowsOf(pair.monolith, 'details')).toEqual(['(2)']);
    expect(await rowsOf(pair.monolith, 'notes')).toEqual(['(1,)', '(2,2)']);
    expect(await rowsOf(pair.monolith, 'badges')).toEqual(['(2,g2)']);
    expect(await rowsOf(pair.monolith, 'log')).toEqual(['("stat 1 went")']);
    await pair.monolith.query('begin; set local session_replication_role = replica; delete from users where id = 2; commit'); // naive
    const dangling = await withSession(pair.monolith.url, 'test', (session) => findDanglingReferences(session, ['public.users']));
    expect(dangling.map((one) => one.table).sort()).toEqual(['public.badges', 'public.notes', 'public.stats']);
  });

  it('follows changed keys and changed referenced columns', async () => {
    const stream = await reverseStream();
    await pair.service.query(`update users set id = 20 where id = 2; update users set google_id = 'g9' where id = 1`);
    await stream.mark();
    expect(await rowsOf(pair.monolith, 'stats')).toEqual(['(1,1)', '(2,20)']);
    expect(await rowsOf(pair.monolith, 'notes')).toEqual(['(1,1)', '(2,)']);
    expect(await rowsOf(pair.monolith, 'badges')).toEqual(['(1,g9)', '(2,g2)']);
  });

  it('lets a deletion act although the key comes back in the same batch', async () => {
    const stream = await reverseStream();
    await pair.service.query(`begin; delete from users where id = 1; insert into users values (1, 'g1', 'again'); commit`);
    await stream.mark();
    expect(await rowsOf(pair.monolith, 'stats')).toEqual(['(2,2)']);
    expect(await rowsOf(pair.monolith, 'users')).toEqual(await rowsOf(pair.service, 'users'));
  });

  it('follows TRUNCATE into a table that others reference', async () => {
    const stream = await reverseStream();
    await pair.monolith.query('delete from invoices');
    await pair.service.query('truncate users');
    await stream.mark();
    expect(await rowsOf(pair.monolith, 'users')).toEqual([]);
    expect(await rowsOf(pair.monolith, 'stats')).toEqual([]);
    await expect(pair.monolith.query('truncate users')).rejects.toMatchObject({ code: '0A000' }); // naive
  });

  it('reports a reference that nothing guards any more', async () => {
    const stream = await reverseStream();
    await pair.service.query('delete from users where id = 3');
    await stream.mark();
    const dangling = await withSession(pair.monolith.url, 'test', (session) => findDanglingReferences(session, ['public.users']));
    expect(dangling).toMatchObject([{ table: 'public.invoices', rows: 1 }]);
  });
});

describe('loops', () => {
  it('ends a change where it came from, and lets a third stream through', async () => {
    pair = await createPair('create table t (id int primary key, v text)', ['public.t']);
    const third = await createTestDatabase();
    await third.query('create table t (id int primary key, v text)');
    const forward = pair.stream();
    await forward.copy();
    await forward.start();
    const back = pair.back();
    await back.prepare();
    await back.start();
    const onward = createStream({
      name: `${pair.name}_onward`,
      source: pair.service.url,
      target: third.url,
      tables: [{ source: 'public.t', target: 'public.t' }],
      direction: 'forward',
    });
    await onward.copy();
    await onward.start();
    const wire = await openWire(pair.service, pair.name, 't');
    await pair.monolith.query(`insert into t values (1, 'a')`);
    await forward.mark();
    await back.mark();
    await onward.mark();
    expect(back.status().rows).toBe(0);
    expect(await rowsOf(third, 't')).toEqual(['(1,a)']); // "origin = none" would have dropped it
    const messages = (await wire.peek()).map(({ message }) => message);
    expect(messages.some((message) => message.kind === 'insert')).toBe(true); // naive: without the filter it goes back
    expect(messages.find((message) => message.kind === 'origin')).toMatchObject({ name: `banyan_${forward.name}` });
    await onward.stop();
    await third.close();
  });
});
