// Lost connections, dead processes, recreated slots, missing rights.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startEmbeddedServer } from '@banyan/proof';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { textToLsn } from '../postgres/lsn.ts';
import { createPair, type Pair, rowsOf } from '../testing/pair.ts';
import { openClient } from '../testing/session.ts';
import { createStream } from './create-stream.ts';
import type { ReplicationStream } from './options.ts';

let pair: Pair;
afterEach(() => pair.close());

const schema = 'create table t (id int primary key, v text)';

async function following(): Promise<ReplicationStream> {
  pair = await createPair(schema, ['public.t']);
  const stream = pair.stream({ limits: { busyTimeoutMs: 300 } });
  await stream.copy();
  await stream.start();
  return stream;
}

const slotOf = (stream: ReplicationStream) => `banyan_${stream.name}`;

async function confirmed(stream: ReplicationStream): Promise<bigint> {
  const found = await pair.monolith.query<{ lsn: string }>(
    'select confirmed_flush_lsn::text as lsn from pg_replication_slots where slot_name = $1',
    [slotOf(stream)],
  );
  return textToLsn(found.rows[0]?.lsn ?? '0/0');
}

async function slotFree(stream: ReplicationStream): Promise<void> {
  const active = async () =>
    (await pair.monolith.query('select 1 from pg_replication_slots where slot_name = $1 and active', [slotOf(stream)])).rows;
  await expect.poll(active).toEqual([]);
}

describe('a stream in trouble', () => {
  it('never acknowledges what it has read but not applied', async () => {
    const stream = await following();
    await stream.mark();
    await using blocker = await openClient(pair.service.url);
    await blocker.query('begin; lock table t');
    await pair.monolith.query(`insert into t select n, repeat('x', 100) from generate_series(1, 2000) n`);
    const end = textToLsn((await pair.monolith.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')).rows[0]?.lsn ?? '0/0');
    const waiting = `select 1 from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`;
    await expect.poll(async () => (await pair.service.query(waiting)).rows.length).toBe(1); // it has read the rows and wants to apply them
    expect(await confirmed(stream)).toBeLessThan(end);
    await pair.monolith.query(`select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1`, [slotOf(stream)]);
    await pair.service.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1`, [
      `banyan ${stream.name} apply`,
    ]);
    await blocker.query('rollback');
    await stream.mark();
    expect(await rowsOf(pair.service, 't')).toHaveLength(2000);
    expect(stream.status().reconnects).toBeGreaterThan(0);
  });

  it('refuses a slot that somebody moved: the naive acknowledgement of received rows loses them', async () => {
    const stream = await following();
    await stream.stop();
    await pair.monolith.query(`insert into t values (1, 'lost')`);
    await slotFree(stream);
    await pair.monolith.query('select pg_replication_slot_advance($1, pg_current_wal_lsn())', [slotOf(stream)]);
    await expect(stream.start()).rejects.toMatchObject({ code: 'REPLICATION_SLOT_RECREATED' });
    await stream.copy();
    await stream.start();
    await stream.mark();
    expect(await rowsOf(pair.service, 't')).toEqual(await rowsOf(pair.monolith, 't'));
  });

  it('refuses a slot that was made again, and one that is gone', async () => {
    const stream = await following();
    await stream.stop();
    await slotFree(stream);
    await pair.monolith.query('select pg_drop_replication_slot($1)', [slotOf(stream)]);
    await expect(stream.start()).rejects.toMatchObject({ code: 'REPLICATION_SLOT_MISSING' });
    await pair.monolith.query(`insert into t values (1, 'lost')`);
    await pair.monolith.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slotOf(stream)]);
    await expect(stream.start()).rejects.toMatchObject({ code: 'REPLICATION_SLOT_RECREATED' });
  });

  it('refuses to start before it was copied, and from another source', async () => {
    pair = await createPair(schema, ['public.t']);
    const stream = pair.stream();
    await expect(stream.start()).rejects.toMatchObject({ code: 'REPLICATION_NOT_COPIED' });
    await stream.copy();
    const other = createStream({ ...stream.options, source: pair.service.url, target: pair.service.url });
    await expect(other.start()).rejects.toMatchObject({ code: 'REPLICATION_SOURCE_CHANGED' });
    await expect(stream.mark()).rejects.toMatchObject({ code: 'REPLICATION_NOT_FOLLOWING' });
  });

  it('refuses a second applier, and lets it in once the first is gone', async () => {
    const first = await following();
    const second = createStream(first.options);
    await expect(second.start()).rejects.toMatchObject({ code: 'REPLICATION_STREAM_BUSY' });
    await first.stop();
    await second.start();
    await pair.monolith.query(`insert into t values (1, 'a')`);
    await second.mark();
    expect(await rowsOf(pair.service, 't')).toEqual(['(1,a)']);
    await second.stop();
  });

  it('takes over from a process that was killed', async () => {
    const stream = await following();
    await stream.stop();
    const child = spawn(process.execPath, [fileURLToPath(new URL('../testing/follow-process.ts', import.meta.url))], {
      env: { ...process.env, STREAM: JSON.stringify(stream.options) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await pair.monolith.query(`insert into t select n, 'x' from generate_series(1, 1000) n`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await stream.start();
    await stream.mark();
    expect(await rowsOf(pair.service, 't')).toEqual(await rowsOf(pair.monolith, 't'));
  });

  it('starts a copy over that was cut off, and cancels one when asked', async () => {
    pair = await createPair(schema, ['public.t']);
    await pair.monolith.query(`insert into t select n, repeat('x', 200) from generate_series(1, 20000) n`);
    const stream = pair.stream();
    const cut = new AbortController();
    await expect(stream.copy({ signal: cut.signal, onProgress: () => cut.abort() })).rejects.toMatchObject({ code: 'REPLICATION_ABORTED' });
    expect(await rowsOf(pair.service, 't')).toEqual([]);
    await stream.copy();
    await stream.start();
    await stream.mark();
    expect(await rowsOf(pair.service, 't')).toHaveLength(20_000);
  });

  it('drops everything it made, twice if asked', async () => {
    const stream = await following();
    await stream.drop();
    await stream.drop();
    const left = await pair.monolith.query(
      `select slot_name from pg_replication_slots where slot_name = $1 union all select pubname from pg_publication
      union all select roname from pg_replication_origin where roname = $1`,
      [slotOf(stream)],
    );
    expect(left.rows).toEqual([]);
    expect(await rowsOf(pair.service, 'banyan.stream_position')).toEqual([]);
  });
});

describe('a server in trouble', () => {
  it('is waited for: crash and restart of PostgreSQL, with mark() waiting through it', async () => {
    pair = await createPair(schema, ['public.t']);
    await using server = await startEmbeddedServer({ fsync: false });
    const admin = new Client({ connectionString: server.url });
    await admin.connect();
    await admin.query('create database m');
    await admin.query('create database s');
    await admin.end();
    const run = async (database: string, text: string) => {
      await using client = await openClient(server.databaseUrl(database));
      return (await client.query(text)).rows;
    };
    await run('m', schema);
    await run('s', schema);
    const stream = createStream({
      name: pair.name,
      source: server.databaseUrl('m'),
      target: server.databaseUrl('s'),
      tables: [{ source: 'public.t', target: 'public.t' }],
      direction: 'forward',
    });
    await stream.copy();
    await stream.start();
    await run('m', `insert into t values (1, 'before')`);
    const restarting = server.restart('immediate');
    await expect.poll(() => stream.status().state, { timeout: 10_000 }).toBe('reconnecting');
    const marked = stream.mark({ timeoutMs: 20_000 });
    await restarting;
    await marked;
    expect(stream.status()).toMatchObject({ state: 'following' });
    await run('m', `insert into t values (2, 'after')`);
    await stream.mark();
    expect(await run('s', 'select * from t order by id')).toHaveLength(2);
    await stream.stop();
  });
});

describe('a role with too few rights', () => {
  it('is told each right and the statement that grants it, and can do everything with them', async () => {
    pair = await createPair('', []);
    const role = `${pair.name}_role`;
    await pair.monolith.query(`create role ${role} login password 'pw'`);
    const urlFor = (url: string) => Object.assign(new URL(url), { username: role, password: 'pw' }).href;
    const both = async (text: string) => {
      await pair.monolith.query(text);
      await pair.service.query(text);
    };
    await both(`${schema}; grant create, usage on schema public to ${role}`);
    await pair.monolith.query(`insert into t values (1, 'a')`);
    const stream = createStream({
      name: pair.name,
      source: urlFor(pair.monolith.url),
      target: urlFor(pair.service.url),
      tables: [{ source: 'public.t', target: 'public.t' }],
      direction: 'forward',
    });
    const grants = [
      [/GRANT CREATE ON DATABASE/, `do $$ begin execute format('grant create on database %I to ${role}', current_database()); end $$`],
      [/GRANT <owner of the table>/, `alter table t owner to ${role}`],
      [
        /GRANT EXECUTE ON FUNCTION/,
        `grant execute on function pg_replication_origin_create(text), pg_replication_origin_oid(text), pg_replication_origin_session_setup(text), pg_replication_origin_drop(text) to ${role}`,
      ],
      [/GRANT SET ON PARAMETER/, `grant set on parameter session_replication_role to ${role}`],
    ] as const;
    await expect(stream.copy()).rejects.toMatchObject({
      code: 'REPLICATION_RIGHT_MISSING',
      fix: expect.stringContaining('ALTER ROLE <role> REPLICATION'),
    });
    await pair.monolith.query(`alter role ${role} replication`);
    for (const [fix, grant] of grants) {
      await expect(stream.copy()).rejects.toMatchObject({ code: 'REPLICATION_RIGHT_MISSING', fix: expect.stringMatching(fix) });
      await both(grant);
    }
    await stream.copy();
    await stream.start();
    await pair.monolith.query(`insert into t values (2, 'b')`);
    await stream.mark();
    expect(await rowsOf(pair.service, 't')).toEqual(['(1,a)', '(2,b)']);
    await stream.drop();
    await both(`alter table t owner to postgres; drop owned by ${role} cascade`);
    await pair.monolith.query(`drop role ${role}`);
  });

  it('does not take rows hidden by row security for rows that are not there', async () => {
    pair = await createPair(
      `${schema}; alter table t enable row level security; alter table t force row level security`,
      ['public.t'],
      schema,
    );
    const role = `${pair.name}_role`;
    await pair.monolith
      .query(`insert into t values (1, 'hidden'); create role ${role} login replication password 'pw'; alter table t owner to ${role};
      grant execute on function pg_replication_origin_create(text) to ${role}`);
    await pair.monolith.query(`do $$ begin execute format('grant create on database %I to ${role}', current_database()); end $$`);
    const source = Object.assign(new URL(pair.monolith.url), { username: role, password: 'pw' }).href;
    await using naive = await openClient(source);
    expect((await naive.query('select * from t')).rows).toEqual([]); // no error, no rows
    const stream = createStream({
      name: pair.name,
      source,
      target: pair.service.url,
      tables: [{ source: 'public.t', target: 'public.t' }],
      direction: 'forward',
    });
    await expect(stream.copy()).rejects.toMatchObject({ code: 'REPLICATION_ROW_SECURITY' });
    await pair.monolith.query(`alter table t owner to postgres; drop owned by ${role} cascade; drop role ${role}`);
  });
});

describe('a table without a key', () => {
  it('is refused before it is published; published, its own UPDATE fails', async () => {
    pair = await createPair('create table t (id int, v text)', ['public.t']);
    await pair.monolith.query(`insert into t values (1, 'a')`);
    await expect(pair.stream().copy()).rejects.toMatchObject({ code: 'REPLICATION_KEY_MISSING' });
    await pair.monolith.query(`update t set v = 'b'`);
    await pair.monolith.query('create publication naive for table t');
    await expect(pair.monolith.query(`update t set v = 'c'`)).rejects.toMatchObject({ code: '55000' });
  });
});
