/** A tiny program on one table, for tests: `PORT=0 DATABASE_URL=... node users-program.js` is the monolith and the service alike. */

import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 8 });
// A broken idle connection is replaced by the pool; the next request meets the cause.
pool.on('error', () => undefined);

type Answer = readonly [status: number, body: unknown];

async function answer(request: IncomingMessage): Promise<Answer> {
  const [, , id = '', tail] = (request.url ?? '').split('/');
  if (request.url === '/ready') return [200, { ready: true }];
  if (request.method === 'GET') {
    const { rows } = await pool.query('select id, name, visits from users where id = $1', [id]);
    return rows.length === 0 ? [404, { message: 'Unknown' }] : [200, rows[0]];
  }
  if (tail === 'visits') {
    const { rows } = await pool.query('update users set visits = visits + 1 where id = $1 returning id, visits', [id]);
    return rows.length === 0 ? [404, { message: 'Unknown' }] : [200, rows[0]];
  }
  const { name } = JSON.parse(await textOf(request)) as { name: string };
  const { rows } = await pool.query('insert into users (name) values ($1) returning id, name, visits', [name]);
  return [201, rows[0]];
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

const server = createServer((request, response) => {
  answer(request).then(
    (result) => send(response, result),
    (error: unknown) => send(response, [500, { message: error instanceof Error ? error.message : String(error) }]),
  );
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => {
  server.close(() => void pool.end());
  server.closeAllConnections();
});
