/** A gateway before programs that tell their names, with the words in which tests steer it. */
import { request } from 'undici';
import type { Route, RouteTable } from '../route-table.ts';
import { startHttpServer, type TestServer } from './raw-http.ts';
import { startGateway, type TestGateway } from './start-gateway.ts';

export const closing: (() => Promise<unknown>)[] = [];

/** Ends what a test has begun, the last first. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}

/** A program that answers with its name. */
export async function named(name: string, delayMs = 0): Promise<TestServer> {
  const server = await startHttpServer((incoming, response) => {
    incoming.resume();
    incoming.on('end', () =>
      setTimeout(
        () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ name, url: incoming.url })),
        delayMs,
      ),
    );
  });
  closing.push(() => server.close());
  return server;
}

/** One worker, unless the settings say otherwise: most of what is asked here has nothing to do with how many there are. */
export async function gatewayTo(
  monolithUrl: string,
  settings: Parameters<typeof startGateway>[1] = {},
  folder?: string,
): Promise<TestGateway> {
  const gateway = await startGateway(monolithUrl, { workers: 1, ...settings }, folder);
  closing.push(() => gateway.end('SIGKILL'));
  return gateway;
}

export function route(id: string, upstream: string, rest: Partial<Route> = {}): Route {
  const [method, path] = id.split(' ') as [string, string];
  return {
    id,
    method,
    path,
    extraction: 'auth',
    effect: { reads: ['public.users'], writes: method === 'GET' ? [] : ['public.users'] },
    upstream,
    ...rest,
  };
}

export function table(version: number, upstreams: Record<string, string>, routes: Route[]): RouteTable {
  return { version, upstreams, fallback: 'monolith', routes };
}

export async function ask(
  gateway: TestGateway,
  path: string,
  options: { method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; name: string; body: string }> {
  const { statusCode, body } = await request(`${gateway.url}${path}`, {
    method: options.method ?? 'GET',
    headers: options.headers ?? {},
    body: options.body ?? null,
  });
  const text = await body.text();
  return { status: statusCode, name: text.startsWith('{') ? (JSON.parse(text) as { name: string }).name : '', body: text };
}

export function bearer(user: number): Record<string, string> {
  return { authorization: `Bearer x.${Buffer.from(JSON.stringify({ sub: user })).toString('base64url')}.y` };
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
