import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNeighbour, type Neighbour } from './neighbour.ts';

let server: Server;
let neighbour: Neighbour;
/** How often it was asked, and what it answers next; without anything more, the last one again; 0 is silence. */
let asked: number;
let statuses: number[];

beforeEach(async () => {
  asked = 0;
  statuses = [200];
  server = createServer((_request, response) => {
    asked += 1;
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
    if (status !== 0) response.writeHead(status, { 'content-type': 'application/json' }).end('{"books":3}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  neighbour = createNeighbour({ service: 'library', url, timeoutMs: 200, tokens: { issue: async () => 'token' } });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ask = () => neighbour.ask('/internal/books');
const failure = async () => (await ask().catch((error: Error) => error)) as { code?: string; message?: string };

test('a failure that passes is not noticed, and what is no failure is answered', async () => {
  statuses = [500, 0, 200];
  expect(await ask()).toEqual({ status: 200, body: { books: 3 } });
  expect(asked).toBe(3);
  statuses = [404];
  expect(await ask()).toMatchObject({ status: 404 });
  expect(asked).toBe(4);
});

test('one that lasts is told after three attempts', async () => {
  statuses = [503];
  expect(await failure()).toMatchObject({
    code: 'SERVICE_NEIGHBOUR_AWAY',
    message: '"library" gives no answer: it answered 503 to /internal/books.',
  });
  expect(asked).toBe(3);
});

test('whoever is away is asked less and less, and then not at all', async () => {
  statuses = [500];
  for (let call = 0; call < 5; call += 1) await failure();
  expect(asked).toBe(15);
  // The retries are used up: one attempt each.
  await failure();
  await failure();
  expect(asked).toBeLessThan(19);
  for (let call = 0; call < 20; call += 1) await failure();
  expect(asked).toBe(20);
  expect((await failure()).message).toContain('is left alone for a while');
});
