import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AcceptedSystem, type Holders, startAcceptedSystem } from './testing/accepted-system.ts';

const helpdesk = join(import.meta.dirname, '../../../../systems/helpdesk');

const accountTables = ['users', 'password_reset_tokens'];
const ticketTables = ['tickets', 'ticket_comments'];

const atTheMonolith: Holders = {};
const copied: Holders = { users: ['monolith', 'user'], password_reset_tokens: ['monolith', 'user'] };
const ownedByUser: Holders = { users: ['user', 'monolith'], password_reset_tokens: ['user', 'monolith'] };
const withTicketsCopied: Holders = { ...ownedByUser, tickets: ['monolith', 'ticket'], ticket_comments: ['monolith', 'ticket'] };
const withTicketsOwned: Holders = { ...ownedByUser, tickets: ['ticket', 'monolith'], ticket_comments: ['ticket', 'monolith'] };

describe('every acceptance scenario of Helpdesk holds', { timeout: 600_000 }, () => {
  let system: AcceptedSystem;
  beforeAll(async () => {
    system = await startAcceptedSystem({
      directory: helpdesk,
      // Five polls are what the mailer gives a mail: a scenario waits for them.
      instrument: () => (program) => ({ nodeArguments: [], environment: program === 'mailer' ? { POLL_INTERVAL_MS: '250' } : {} }),
    });
  }, 240_000);
  afterAll(() => system?.stop());

  const accept = (tables: Holders) =>
    system.accept(tables, { target: { settings: { frontendUrl: 'http://localhost:8080' } }, scenariosMin: 42 });
  /** One after the other, and nobody writes meanwhile: while somebody without a token does, no log-in is compared. */
  const logInMany = async () => {
    for (let time = 0; time < 30; time += 1)
      expect((await post('/auth/login', { email: 'aino.abelard@helpdesk.test', password: 'helpdesk-demo' })).status).toBe(201);
  };
  const post = (path: string, body: object, token?: string) =>
    fetch(`${system.running.gatewayUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
  const signUp = async (email: string) => {
    const answer = await post('/auth/signup', { email, password: 'correct horse' });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { user: { id: string } }).user;
  };
  /** What has been told of somebody; a row's events have ids of a kind of their own. */
  const eventsOf = (id: string) => {
    const text = `select type, substr(id::text, 15, 1) = '8' as "isOfRow" from banyan.events where aggregate_id = '${id}' order by position`;
    return system.rowsAt('event_store', text);
  };
  /** Content of what moves, on both sides. */
  const rowsOf = (program: string, tables: readonly string[]) =>
    Promise.all(tables.map((table) => system.rowsAt(program, `select * from ${table} order by id`)));

  test('with log-ins answered by both sides, and the same by both', async () => {
    await system.goTo('shadow', ['user']);
    const { id } = await signUp('before@example.test');
    await expect.poll(() => eventsOf(id)).toEqual([{ type: 'user.created', isOfRow: true }]);
    await logInMany();
    await system.goTo('canary', ['user'], 50);
    expect(await accept(copied)).toEqual([]);
    await logInMany();
    const { compared, mismatches } = await system.compared(['user']);
    expect(mismatches).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });

  test('with users owned by their service, and the monolith asking its tables who somebody is', async () => {
    await system.goTo('owner', ['user']);
    const { id } = await signUp('as-owner@example.test');
    await expect.poll(() => eventsOf(id)).toEqual([{ type: 'user.created', isOfRow: false }]);
    expect(await accept(ownedByUser)).toEqual([]);
    // By the monolith before, by the bridge since: each once.
    const noted = `select email, count(*)::int as entries from audit_events join users on users.id = "entityId" where email in
      ('before@example.test', 'as-owner@example.test') and action = 'user.signup' group by email order by email`;
    expect(await system.rowsAt('monolith', noted)).toEqual([
      { email: 'as-owner@example.test', entries: 1 },
      { email: 'before@example.test', entries: 1 },
    ]);
  });

  test('with tickets read on both sides', async () => {
    await system.goTo('canary', ['ticket'], 50);
    expect(await accept(withTicketsCopied)).toEqual([]);
    const { compared, mismatches } = await system.compared(['ticket']);
    expect(mismatches).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });

  test('with tickets owned by their service, their entries and mails still the monolith’s', async () => {
    await system.goTo('owner', ['ticket']);
    expect(await accept(withTicketsOwned)).toEqual([]);
  });

  test('A29: while the ticket service is away nobody is deleted; when it is back nothing of theirs is missing, and they are', async () => {
    const account = { email: 'a29@example.test', password: 'correct horse' };
    const { id } = await signUp(account.email);
    const tokenOf = async (one: object) => ((await (await post('/auth/login', one)).json()) as { token: string }).token;
    const [token, admin] = [await tokenOf(account), await tokenOf({ email: 'aino.abelard@helpdesk.test', password: 'helpdesk-demo' })];
    expect((await post('/tickets', { title: 'A29', description: 'x' }, token)).status).toBe(201);
    const ask = (path: string, bearer: string, method = 'GET') =>
      fetch(`${system.running.gatewayUrl}${path}`, { method, headers: { authorization: `Bearer ${bearer}` } });
    const pid = system.running.programs.get('ticket')?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      expect((await ask(`/admin/users/${id}`, admin, 'DELETE')).status).toBe(500);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect((await post('/auth/login', account)).status).toBe(201);
    const titles = async () => ((await (await ask('/tickets', token)).json()) as { title: string }[]).map(({ title }) => title);
    await expect.poll(titles, { timeout: 60_000 }).toEqual(['A29']);
    await expect.poll(async () => (await ask(`/admin/users/${id}`, admin, 'DELETE')).status, { timeout: 60_000 }).toBe(200);
    expect((await post('/auth/login', account)).status).toBe(401);
    const left = `select id from tickets where "userId" = '${id}'`;
    await expect.poll(() => system.rowsAt('ticket', left), { timeout: 60_000 }).toEqual([]);
  });

  test('back at the monolith, with everybody who signed up meanwhile and what they asked for', async () => {
    const email = 'meanwhile@example.test';
    const { id } = await signUp(email);
    const token = ((await (await post('/auth/login', { email, password: 'correct horse' })).json()) as { token: string }).token;
    expect((await post('/tickets', { title: 'Meanwhile', description: 'x' }, token)).status).toBe(201);
    const owned = [...(await rowsOf('user', accountTables)), ...(await rowsOf('ticket', ticketTables))];
    await system.goTo('planned', ['ticket', 'user']);
    expect(await rowsOf('monolith', [...accountTables, ...ticketTables])).toEqual(owned);
    expect(owned[0]?.some((row) => row['email'] === email)).toBe(true);
    expect(owned[2]?.some((row) => row['userId'] === id)).toBe(true);
    expect(await accept(atTheMonolith)).toEqual([]);
  });
});
