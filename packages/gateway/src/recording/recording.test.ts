/** Writes are recorded as they went to the owner, in order, bounded, in memory, and only while the routes say so. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { validateRouteTable, type Route } from '../route-table.ts';
import type { RecordingReport } from '../recorded-write.ts';
import { startHttpServer } from '../testing/raw-http.ts';
import { startGateway, type TestGateway } from '../testing/start-gateway.ts';
import type { GatewayConfig } from '../config.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const write: Route = {
  id: 'POST /visits',
  extraction: 'accounts',
  method: 'POST',
  path: '/visits',
  effect: { reads: [], writes: ['public.users'] },
  upstream: 'monolith',
  record: true,
};

async function recording(limits: NonNullable<GatewayConfig['limits']> = {}, routes: readonly Route[] = [write]): Promise<TestGateway> {
  const owner = await startHttpServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(201).end('{}'));
  });
  closing.push(() => owner.close());
  const gateway = await startGateway(owner.url, { limits, workers: 2 });
  closing.push(() => gateway.end('SIGKILL'));
  await gateway.client.putRoutes({ version: 1, upstreams: { monolith: owner.url }, fallback: 'monolith', routes });
  return gateway;
}

async function post(gateway: TestGateway, body: string, path = '/visits?from=1'): Promise<void> {
  const headers = { authorization: 'Bearer of-ada', 'x-user-id': '1', 'content-type': 'text/plain' };
  await (await fetch(gateway.url + path, { method: 'POST', body, headers })).arrayBuffer();
}

/** Workers hand over every 100 ms. */
async function recorded(gateway: TestGateway, enough: (report: RecordingReport) => boolean, afterMs = 0): Promise<RecordingReport> {
  let report = await gateway.client.recording('accounts', afterMs);
  await expect.poll(async () => enough((report = await gateway.client.recording('accounts', afterMs)))).toBe(true);
  return report;
}

describe('recording', () => {
  it('keeps what went to the owner, token and body, in order of arrival, and none of it on disk or in a log', async () => {
    const gateway = await recording();
    for (let turn = 0; turn < 12; turn++) await post(gateway, `secret ${turn}`);
    const { writes, droppedBy } = await recorded(gateway, (report) => report.writes.length === 12);
    expect(writes.map(({ body = '' }) => Buffer.from(body, 'base64').toString())).toEqual(
      Array.from({ length: 12 }, (_, turn) => `secret ${turn}`),
    );
    expect(writes[0]).toMatchObject({ route: 'POST /visits', method: 'POST', path: '/visits?from=1', status: 201 });
    const headers = writes[0]!.headers.join('\n').toLowerCase();
    expect(headers).toContain('authorization\nbearer of-ada');
    expect(headers).not.toMatch(/x-user-id|content-length|connection\n/);
    expect(droppedBy).toEqual({});
    const files = readdirSync(gateway.folder).map((name) => readFileSync(join(gateway.folder, name), 'utf8'));
    expect(files.join() + gateway.output()).not.toMatch(/secret|of-ada/);
  });

  it('gives only what began after a moment on its own clock', async () => {
    const gateway = await recording();
    await post(gateway, 'before');
    const { nowMs } = await recorded(gateway, (report) => report.writes.length === 1);
    await expect.poll(() => Date.now()).toBeGreaterThan(nowMs);
    await post(gateway, 'after');
    const { writes } = await recorded(gateway, (report) => report.writes.length === 1, nowMs);
    expect(writes[0]!.startedMs).toBeGreaterThan(nowMs);
  });

  it('drops and counts what does not fit', async () => {
    const gateway = await recording({ recordedWrites: 3, bufferedBodyBytes: 20 });
    for (let turn = 0; turn < 5; turn++) await post(gateway, `write ${turn}`);
    await post(gateway, 'a body that is longer than what is buffered');
    const { writes } = await recorded(gateway, (report) => report.droppedBy['body-streamed'] === 1 && report.droppedBy['older'] === 2);
    expect(writes.map(({ body = '' }) => Buffer.from(body, 'base64').toString())).toEqual(['write 2', 'write 3', 'write 4']);
  });

  it('forgets everything when the routes stop to say so', async () => {
    const gateway = await recording();
    await post(gateway, 'kept');
    await recorded(gateway, (report) => report.writes.length === 1);
    const { table } = await gateway.client.state();
    await gateway.client.putRoutes({ ...table, version: 2, routes: [{ ...write, record: false }] });
    await post(gateway, 'not kept');
    await gateway.client.putRoutes({ ...table, version: 3 });
    await post(gateway, 'kept again');
    const { writes } = await recorded(gateway, (report) => report.writes.length > 0);
    expect(writes.map(({ body = '' }) => Buffer.from(body, 'base64').toString())).toEqual(['kept again']);
  });

  it('is refused for routes that only read', () => {
    const route = { ...write, effect: { reads: ['public.users'], writes: [] } };
    const table = { version: 1, upstreams: { monolith: 'http://127.0.0.1:1' }, fallback: 'monolith', routes: [route] };
    expect(() => validateRouteTable(table)).toThrow('record is for routes that write');
  });
});
