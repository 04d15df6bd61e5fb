/** The program on each side of a cutover: writes what it is asked to its own database. Environment: OWNER, PORT, DATABASE_URL. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { Pool } from 'pg';

const { OWNER: name = '', PORT: port = '', DATABASE_URL: connectionString = '' } = process.env;
const pool = new Pool({ connectionString, max: 24, idleTimeoutMillis: 0, application_name: `bench ${name}` });
pool.on('error', () => {}); // an idle session that was cut; the next query opens another

createServer((request, response) => {
  answer(request, response).catch((error: unknown) => reply(response, 500, { message: String(error) }));
}).listen(Number(port), '127.0.0.1');

/** `POST /<group>/orders {token}` adds a row, `POST /<group>/accounts {account}` counts one up. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, group, table] = request.url!.split('/');
  if (request.method !== 'POST' || !/^(?:moved|raw)$/.test(group ?? '')) return reply(response, 200, {});
  const body = (await json(request)) as { readonly token?: number; readonly account?: number };
  const statement =
    table === 'orders'
      ? { text: `insert into ${group}_orders (token) values ($1) returning id`, values: [body.token] }
      : { text: `update ${group}_accounts set writes = writes + 1 where id = $1 returning id`, values: [body.account] };
  const { rows } = await pool.query<{ id: number }>({ name: `${group} ${table}`, ...statement });
  return rows.length === 1 ? reply(response, 201, { id: rows[0]!.id }) : reply(response, 404, { message: 'there is no such row' });
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), 'X-Owner': name }).end(text);
}
