/** A tiny program on one table, for tests: `PORT=0 DATABASE_URL=... node users-program.js` is the monolith and the service alike. */

import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Pool } from 'pg';
import { awardsTable, usersTable } from './users-table.ts';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 8 });
// A broken idle connection is replaced by the pool; the next request meets the cause.
pool.on('error', () => undefined);

/** Faults of services as they have been seen, planted to show what finds them. */
const faults = (process.env['FAULT'] ?? '').split(', ');

/** A service that has these leaves awards to the monolith, once that can see the visit. */
const { GATEWAY_URL: gatewayUrl = '', CONTROLLER_URL: controllerUrl = '', CONTROLLER_TOKEN: controllerToken = '' } = process.env;

type Answer = readonly [status: number, body: unknown];

async function answer(request: IncomingMessage): Promise<Answer> {
  const [, , id = '', tail] = (request.url ?? '').split('/');
  if (request.url === '/ready') return [200, { ready: true }];
  if (request.method === 'GET') {
    const { rows } = await pool.query('select id, name, visits from users where id = $1', [id]);
    return rows.length === 0 ? [404, { message: 'Unknown' }] : [200, rows[0]];
  }
  if (request.url === '/visits') return visit(await visitorOf(request));
  if (request.url === '/awards') return [200, { awards: await award(await visitorOf(request)) }];
  if (tail === 'visits') return visit(id);
  const { name } = JSON.parse(await textOf(request)) as { name: string };
  const stored = faults.includes('stores otherwise') ? name.toLowerCase() : name;
  const { rows } = await pool.query('insert into users (name) values ($1) returning id, visits', [stored]);
  return [201, { ...rows[0], name }];
}

async function visit(id: unknown): Promise<Answer> {
  const visits = faults.includes('overwrites') ? '1' : 'visits + 1';
  const early = faults.includes('asks too early') ? await award(id) : undefined;
  const { rows } = await pool.query(
    `update users set visits = ${visits}, seen = clock_timestamp() where id = $1 returning id, visits, seen`,
    [id],
  );
  if (rows.length === 0) return [404, { message: 'Unknown' }];
  const given = early ?? (await award(id));
  const awards = faults.includes('never awards') ? [] : given;
  return [200, { ...rows[0], awards }];
}

/** What the fifth visit brings, the tenth, and so on; it is kept where it is given. */
async function award(id: unknown): Promise<readonly unknown[]> {
  if (gatewayUrl !== '') return askForAwards(id);
  const { rows } = await pool.query<{ id: number; title: string }>(
    `insert into awards (user_id, visits) select id, visits from users where id = $1 and visits > 0 and visits % 5 = 0
     on conflict do nothing returning visits as id, visits || ' visits' as title`,
    [id],
  );
  return rows;
}

async function askForAwards(id: unknown): Promise<readonly unknown[]> {
  const headers = { authorization: `Bearer ${controllerToken}` };
  const reached = await fetch(`${controllerUrl}/v1/reached?extraction=accounts`, { headers });
  if (!reached.ok) throw new Error(`The controller answered ${reached.status}.`);
  const response = await fetch(`${gatewayUrl}/awards`, { method: 'POST', body: JSON.stringify({ userId: id }) });
  if (!response.ok) throw new Error(`The gateway answered ${response.status}.`);
  return ((await response.json()) as { awards: readonly unknown[] }).awards;
}

/** The token's user, whatever the body says. */
async function visitorOf(request: IncomingMessage): Promise<unknown> {
  const { userId } = JSON.parse(await textOf(request)) as { userId?: unknown };
  const [, payload] = (request.headers.authorization ?? '').split('.');
  if (payload === undefined || faults.includes('trusts the body')) return userId;
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: unknown }).sub;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

function send(response: ServerResponse, [status, body]: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

await pool.query(usersTable);
await pool.query(awardsTable);
const ports = [process.env['PORT'], process.env['INTERNAL_PORT']].flatMap((port) => (port === undefined ? [] : [Number(port)]));
const servers = ports.map((port) => {
  const server = createServer((request, response) => {
    answer(request).then(
      (result) => send(response, result),
      (error: unknown) => send(response, [500, { message: error instanceof Error ? error.message : String(error) }]),
    );
  });
  server.keepAliveTimeout = 60_000;
  return server.listen(port, '127.0.0.1');
});
process.on('SIGTERM', () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  void pool.end();
});
