/** What the sampler says about the time in which answers were made: quiet only when no write was under way at any point of it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultLimits } from '../config.ts';
import { startHttpServer, type TestServer } from '../testing/raw-http.ts';
import { Pins } from '../worker/pins.ts';
import type { ShadowSample } from './sample.ts';
import { ShadowSampler } from './sampler.ts';

const scope = 'question';
const samples: ShadowSample[] = [];
let pins: Pins;
let sampler: ShadowSampler;
let server: TestServer;
/** Called when a request has come in, before it is answered. */
let onRequest: (path: string) => void;

beforeEach(async () => {
  samples.length = 0;
  onRequest = () => {};
  pins = new Pins({ pin: () => Promise.resolve(), written: () => {}, barrier: () => Promise.resolve(true) });
  server = await startHttpServer((request, response) => {
    onRequest(request.url ?? '');
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ asked: Math.random(), path: request.url }));
  });
  sampler = new ShadowSampler({ limits: defaultLimits, pins, send: (sent) => void samples.push(...sent) });
});

afterEach(async () => {
  await sampler.close();
  await server.close();
});

/** @param meanwhile what happens while the owner answers */
function offer(rest: object = {}, meanwhile = (): void => {}): void {
  const startedMs = performance.now();
  expect(sampler.samples('r', 100)).toBe(true);
  meanwhile();
  const owner = { status: 200, headers: ['Content-Type', 'application/json'], body: Buffer.from('{"id":1}') };
  const request = {
    route: 'r',
    scope,
    method: 'GET',
    path: '/one',
    headers: [],
    body: undefined,
    startedMs,
    compare: undefined,
  };
  sampler.offer({ ...request, ownerUrl: server.url, candidateUrl: server.url, owner, ...rest });
}

/** The first request of a route tells the sampler its extraction. */
async function expectKnown(): Promise<void> {
  offer();
  expect((await taken()).quiet).toBe(false);
  samples.length = 0;
}

async function taken(count = 1): Promise<ShadowSample> {
  await expect.poll(() => (sampler.flush(), samples.length)).toBe(count);
  return samples.at(-1)!;
}

it('is quiet when nothing is written', async () => {
  await expectKnown();
  offer();
  expect((await taken()).quiet).toBe(true);
});

it('is not quiet when a write began meanwhile', async () => {
  await expectKnown();
  onRequest = () => pins.add(scope, 'writer');
  offer();
  expect((await taken()).quiet).toBe(false);
});

it('is not quiet when a write was under way in the beginning, although it has ended by the time of the comparison', async () => {
  await expectKnown();
  pins.add(scope, 'writer');
  onRequest = () => pins.remove(scope, ['writer']);
  offer();
  expect((await taken()).quiet).toBe(false);
});

it('is not quiet when a write was under way when the owner was asked, although it has ended by the time of its answer', async () => {
  await expectKnown();
  pins.add(scope, 'writer');
  offer({}, () => pins.remove(scope, ['writer']));
  expect((await taken()).quiet).toBe(false);
  offer();
  expect((await taken(2)).quiet).toBe(true);
});

it('the same when it is asked again, and for the list that an answer is drawn from', async () => {
  await expectKnown();
  offer();
  const first = await taken();
  pins.add(scope, 'writer');
  onRequest = () => pins.remove(scope, ['writer']);
  sampler.confirm(first.id);
  expect(await taken(2)).toMatchObject({ confirms: true, quiet: false });
  onRequest = () => {};
  offer({ compare: { drawnFrom: '/list' } });
  expect(await taken(3)).toMatchObject({ quiet: true, list: { status: 200 } });
});

it('asks without the condition of a client where what is answered is drawn', async () => {
  const paths: string[] = [];
  onRequest = (path) => void paths.push(path);
  offer({ compare: { draws: ['choices'] }, headers: ['If-None-Match', '*'] });
  expect(JSON.parse(Buffer.from((await taken()).owner.body).toString())).toMatchObject({ path: '/one' });
  expect(paths).toEqual(['/one', '/one', '/one']);
});
