/** The program as tests run it: its own process on a fresh database of the server in BANYAN_TEST_POSTGRES_URL. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import jsonwebtoken from 'jsonwebtoken';
import { Client, Pool } from 'pg';

const startTimeoutMs = 20_000;
const jwtSecret = 'a-secret-for-tests-of-more-than-32-bytes';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look at answers of every shape
  readonly json: any;
}

export interface RunningProgram {
  readonly url: string;
  readonly child: ChildProcess;
  readonly environment: Record<string, string>;
  readonly serverUrl: string;
  readonly database: string;
  readonly sql: Pool;
  /** A body that is no string is sent as JSON. */
  call(method: string, path: string, options?: { body?: unknown; token?: string; headers?: Record<string, string> }): Promise<Reply>;
  stop(): Promise<void>;
}

export async function startProgram(extra: Record<string, string> = {}): Promise<RunningProgram> {
  const serverUrl = process.env.BANYAN_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  const database = `node_learn_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `CREATE DATABASE ${database}`);
  const port = await freePort();
  const environment = { ...toEnvironment(new URL(serverUrl), database, port), ...extra };
  await runEntry('schema', environment);
  const child = spawn(process.execPath, [entryPath('main')], { env: environment, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const sql = new Pool({ connectionString: databaseUrl(serverUrl, database), max: 4, options: '-c TimeZone=UTC' });
  sql.on('error', () => {}); // tests end the sessions of the database on purpose
  await waitUntilReady(url, child);
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await sql.end();
    await onServer(serverUrl, `DROP DATABASE ${database} WITH (FORCE)`);
  };
  return { url, child, environment, serverUrl, database, sql, call: (method, path, options) => call(url, method, path, options), stop };
}

/** Runs one of the program's entries to its end. */
export async function runEntry(name: string, environment: Record<string, string>): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [entryPath(name)], { env: environment });
}

export async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export function signToken(payload: object, options: jsonwebtoken.SignOptions = { expiresIn: '7d' }): string {
  return jsonwebtoken.sign(payload, jwtSecret, options);
}

async function call(
  base: string,
  method: string,
  path: string,
  { body, token, headers = {} }: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${base}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(text !== undefined && { body: text }),
  });
  const answer = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && answer !== '';
  return { status: response.status, headers: response.headers, text: answer, json: isJson ? JSON.parse(answer) : undefined };
}

function toEnvironment(server: URL, database: string, port: number): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    PORT: String(port),
    POSTGRES_HOST: server.hostname,
    POSTGRES_PORT: server.port || '5432',
    POSTGRES_DB: database,
    POSTGRES_USER: decodeURIComponent(server.username),
    POSTGRES_PASSWORD: decodeURIComponent(server.password),
    JWT_SECRET: jwtSecret,
    GOOGLE_CLIENT_ID: 'client-of-tests',
    GOOGLE_CLIENT_SECRET: 'secret-of-tests',
    GOOGLE_CALLBACK_URL: `http://127.0.0.1:${port}/api/auth/google/callback`,
    FRONTEND_URL: 'http://front.test',
  };
}

function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

function entryPath(name: string): string {
  return new URL(`../../dist/${name}.js`, import.meta.url).pathname;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The program ended with ${child.exitCode} before it was ready`);
    const isReady = await fetch(`${url}/api`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await delay(20);
  }
  throw new Error(`The program was not ready within ${startTimeoutMs} ms`);
}
