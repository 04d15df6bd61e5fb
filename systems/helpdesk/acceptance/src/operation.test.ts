import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHttpClient, type HttpClient, type Program, signToken, startProgram } from '@banyan/proof';
import { startMonolithProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const directory = fileURLToPath(new URL('../../monolith/dist', import.meta.url));
const jwtSecret = 'a secret of the test, 32 bytes and more';

let database: TestDatabase;
let program: Program;
let client: HttpClient;
beforeAll(async () => {
  database = await createTestDatabase();
  const running = await startMonolithProgram({
    directory,
    databaseUrl: database.url,
    environment: { JWT_SECRET: jwtSecret },
    readyPath: '/health',
  });
  program = running.program;
  client = createHttpClient(`http://127.0.0.1:${running.port}`);
});
afterAll(async () => {
  await client?.close();
  await program?.stop();
  await database?.close();
});

async function onServer(statement: string): Promise<void> {
  const server = new Client({ connectionString: process.env['BANYAN_TEST_POSTGRES_URL'] });
  await server.connect();
  try {
    await server.query(statement);
  } finally {
    await server.end();
  }
}

async function signUp(on: HttpClient, email: string): Promise<{ user: { id: string }; token: string }> {
  const answer = await on.post('/auth/signup', { email, password: 'secret' });
  expect(answer.status).toBe(201);
  return answer.json() as { user: { id: string }; token: string };
}

describe('the schema', () => {
  test('has the columns, keys and indexes of the specification, and nothing else', async () => {
    const { rows: columns } = await database.query<{ table: string; columns: string }>(`
      select table_name as table, string_agg(column_name || case is_nullable when 'YES' then ' null' else '' end, ' ' order by ordinal_position) as columns
      from information_schema.columns where table_schema = 'public' and table_name <> '_prisma_migrations' group by 1 order by 1`);
    expect(Object.fromEntries(columns.map((row) => [row.table, row.columns]))).toEqual({
      users: 'id email password firstName null lastName null createdAt updatedAt role',
      tickets: 'id userId title description status createdAt updatedAt assignedToUserId null',
      ticket_comments: 'id ticketId authorId body isInternal createdAt',
      password_reset_tokens: 'id userId tokenHash expiresAt used createdAt',
      email_outbox: 'id to subject body sent sentAt null error null attempts createdAt updatedAt',
      audit_events: 'id actorId null action entityType entityId metadata null createdAt',
    });
    const { rows: types } = await database.query<{ type: string }>(`
      select distinct format_type(atttypid, atttypmod) as type from pg_attribute a join pg_class c on c.oid = attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> '_prisma_migrations' and attnum > 0 order by 1`);
    expect(types.map(({ type }) => type)).toEqual([
      '"TicketStatus"',
      '"UserRole"',
      'boolean',
      'integer',
      'jsonb',
      'text',
      'timestamp(3) without time zone',
    ]);
    const { rows: keys } = await database.query<{ key: string }>(`
      select conrelid::regclass || ' ' || pg_get_constraintdef(oid) as key from pg_constraint where contype = 'f' order by 1`);
    expect(keys.map(({ key }) => key)).toEqual([
      'audit_events FOREIGN KEY ("actorId") REFERENCES users(id) ON UPDATE CASCADE ON DELETE SET NULL',
      'password_reset_tokens FOREIGN KEY ("userId") REFERENCES users(id) ON UPDATE CASCADE ON DELETE CASCADE',
      'ticket_comments FOREIGN KEY ("authorId") REFERENCES users(id) ON UPDATE CASCADE ON DELETE CASCADE',
      'ticket_comments FOREIGN KEY ("ticketId") REFERENCES tickets(id) ON UPDATE CASCADE ON DELETE CASCADE',
      'tickets FOREIGN KEY ("assignedToUserId") REFERENCES users(id) ON UPDATE CASCADE ON DELETE SET NULL',
      'tickets FOREIGN KEY ("userId") REFERENCES users(id) ON UPDATE CASCADE ON DELETE CASCADE',
    ]);
    const { rows: indexes } = await database.query<{ index: string }>(
      `select indexname as index from pg_indexes where schemaname = 'public' and indexname not like '%_pkey' order by 1`,
    );
    expect(indexes.map(({ index }) => index)).toEqual([
      'audit_events_actorId_idx',
      'audit_events_createdAt_idx',
      'audit_events_entityType_entityId_idx',
      'email_outbox_sent_idx',
      'password_reset_tokens_tokenHash_idx',
      'password_reset_tokens_tokenHash_key',
      'password_reset_tokens_userId_idx',
      'ticket_comments_authorId_idx',
      'ticket_comments_ticketId_idx',
      'tickets_assignedToUserId_idx',
      'tickets_status_idx',
      'tickets_userId_idx',
      'users_email_key',
    ]);
  });

  test('can be applied again, and is noted as Prisma notes it', async () => {
    const again = await startProgram({ name: 'schema', entry: join(directory, 'schema.js'), environment: { DATABASE_URL: database.url } });
    expect(again.output()).toContain('0 of 4 changes were new');
    const { rows } = await database.query<{ name: string; checksum: string }>(
      'select migration_name as name, checksum from _prisma_migrations where applied_steps_count = 1 order by 1',
    );
    expect(rows.map(({ name }) => name.replace(/^\d+_/, ''))).toEqual([
      'initial',
      'roles_audit_comments_assignment',
      'user_role_becomes_agent',
      'audit_outlives_its_ticket',
    ]);
    expect(rows.every(({ checksum }) => /^[0-9a-f]{64}$/.test(checksum))).toBe(true);
  });

  test('who was a USER has become an AGENT', async () => {
    await using old = await createTestDatabase();
    const folder = new URL('../../monolith/prisma/migrations/', import.meta.url);
    const apply = (name: string) => old.query(readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8'));
    await apply('20251104090000_initial');
    await apply('20251118090000_roles_audit_comments_assignment');
    await old.query(
      `insert into users (id, email, password, "updatedAt", role) values ('1', 'a', '', now(), 'USER'), ('2', 'b', '', now(), 'ADMIN')`,
    );
    await apply('20251201090000_user_role_becomes_agent');
    expect((await old.query('select role from users order by id')).rows).toEqual([{ role: 'AGENT' }, { role: 'ADMIN' }]);
  });
});

describe('the program', () => {
  test('without its database it says 500 where it needs it, and recovers by itself', async () => {
    const { token } = await signUp(client, 'outage@example.test');
    await onServer(`alter database ${database.name} allow_connections false`);
    await onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}'`);
    try {
      expect((await client.get('/tickets', { token })).text).toBe('{"statusCode":500,"message":"Internal server error"}');
      expect((await client.post('/auth/login', { email: 'a@b.test', password: 'x' })).status).toBe(500);
      expect((await client.get('/tickets', { token: 'bad' })).status).toBe(401);
      expect((await client.post('/auth/login', {})).status).toBe(400);
      expect((await client.get('/health')).status).toBe(200);
      const ready = await client.get('/ready');
      const { error, timestamp: _timestamp, ...rest } = ready.json() as Record<string, unknown>;
      expect([ready.status, rest, typeof error]).toEqual([200, { status: 'not_ready', database: 'disconnected' }, 'string']);
    } finally {
      await onServer(`alter database ${database.name} allow_connections true`);
    }
    await expect.poll(async () => (await client.get('/tickets', { token })).status).toBe(200);
  });

  test('two sign-ups or two deletions at once: one is done, the other fails', async () => {
    const statusesOf = async (one: () => Promise<{ status: number }>) =>
      (await Promise.all([one(), one(), one()])).map(({ status }) => status).sort((a, b) => a - b);
    const body = { email: 'race@example.test', password: 'secret' };
    const signUps = await statusesOf(() => client.post('/auth/signup', body));
    expect([signUps[0], signUps.every((status) => [201, 409, 500].includes(status))]).toEqual([201, true]);
    const { token } = await signUp(client, 'owner@example.test');
    const ticket = (await client.post('/tickets', { title: 'a', description: 'b' }, { token })).json() as { id: string };
    const deletions = await statusesOf(() => client.request('DELETE', `/tickets/${ticket.id}`, { token }));
    expect([deletions[0], deletions.every((status) => [200, 404, 500].includes(status))]).toEqual([200, true]);
  });

  test('an object that Prisma understands is taken for an assignee, and noted as it is', async () => {
    const { user, token } = await signUp(client, 'operator@example.test');
    await database.query(`update users set role = 'ADMIN' where id = $1`, [user.id]);
    const ticket = (await client.post('/tickets', { title: 'a', description: 'b' }, { token })).json() as { id: string };
    const assignedToUserId = { set: user.id };
    const answer = await client.request('PATCH', `/tickets/${ticket.id}/assign`, { json: { assignedToUserId }, token });
    expect([answer.status, (answer.json() as { assignedToUserId: string }).assignedToUserId]).toEqual([200, user.id]);
    const [newest] = (await client.get(`/tickets/${ticket.id}/audit`, { token })).json() as { metadata: object }[];
    expect(newest?.metadata).toEqual({ assignedToUserId });
  });

  test('a secret from a .env file checks tokens and does not sign them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'helpdesk-'));
    writeFileSync(join(folder, '.env'), 'JWT_SECRET=from-the-file\n');
    const here = process.cwd();
    process.chdir(folder);
    const other = await startMonolithProgram({ directory, databaseUrl: database.url, readyPath: '/health' }).finally(() =>
      process.chdir(here),
    );
    const asked = createHttpClient(`http://127.0.0.1:${other.port}`);
    try {
      const { user, token } = await signUp(asked, 'dotenv@example.test');
      expect((await asked.get('/tickets', { token })).status).toBe(401);
      expect((await asked.get('/tickets', { token: signToken({ sub: user.id }, 'from-the-file') })).status).toBe(200);
    } finally {
      await asked.close();
      await other.program.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
