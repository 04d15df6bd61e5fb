import type { RecordedWrite } from '@banyan/gateway/recorded-write';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replayAnswers } from './replay-answers.ts';
import { Samples } from './samples.ts';

/** The monolith, its twin and the service; what each was asked. */
let servers: readonly Server[] = [];
let asked: string[][] = [];
beforeEach(async () => {
  asked = [[], [], []];
  servers = asked.map((bodies) =>
    createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(201, { 'content-type': 'application/json' }).end('{"ok":true}');
      });
    }),
  );
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
});
afterEach(() => servers.forEach((server) => server.close()));

const route = 'POST /runs';
const about = { field: 'userId', table: 'public.users', column: 'id' };

function write(body: string, status = 201): RecordedWrite {
  const headers = ['content-type', 'application/json'];
  return { route, method: 'POST', path: '/runs', headers, body: Buffer.from(body).toString('base64'), startedMs: 1, status };
}

async function replayed(writes: readonly RecordedWrite[], rules = { [route]: { about } } as Parameters<typeof replayAnswers>[0]['rules']) {
  const [monolith = '', twin = '', service = ''] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const batches = [writes, []];
  return replayAnswers({
    writes: async () => batches.shift() ?? [],
    monolith,
    twin,
    serviceOf: () => service,
    rules,
    has: async (rule, value) => rule.table === 'public.users' && ['1', '7'].includes(value),
    settled: async () => {},
    samples: new Samples(),
    signal: AbortSignal.timeout(30_000),
  });
}

it('a write about a row that is newer than the copies is left out everywhere, and said to be', async () => {
  const [known, newer] = ['{"userId":7}', '{"userId":8}'];
  const {
    replayed: done,
    equal,
    rules,
    writesByRoute,
  } = await replayed([write(known), write(newer), write(newer), write('{"userId":"1"}')]);
  expect({ done, equal, writesByRoute }).toEqual({ done: 2, equal: 2, writesByRoute: { [route]: 2 } });
  expect(asked).toEqual(servers.map(() => [known, '{"userId":"1"}']));
  expect(rules).toContain(`${route}: 2 left out, about rows that came after the copies were made`);
});

it('one that the owner had refused, one that names nothing, and any where nothing is declared are done again', async () => {
  const writes = [write('{"userId":8}', 500), write('{}'), write('no json')];
  expect(await replayed(writes)).toMatchObject({ replayed: 3, rules: [] });
  expect(await replayed([write('{"userId":8}')], {})).toMatchObject({ replayed: 1, rules: [] });
});
