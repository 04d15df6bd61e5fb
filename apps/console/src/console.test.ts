import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createSessions } from './access/sessions.ts';
import { readConfiguration } from './configuration.ts';
import { type RunningConsole, startConsole } from './console.ts';
import { errorCatalogue } from './errors.ts';
import { controllerToken, type FakeController, startFakeController } from './testing/fake-controller.ts';

const folder = mkdtempSync(join(tmpdir(), 'banyan-console-'));
const pageDirectory = join(folder, 'page');
mkdirSync(join(pageDirectory, 'assets'), { recursive: true });
writeFileSync(join(pageDirectory, 'index.html'), '<title>the page</title>');
writeFileSync(join(pageDirectory, 'assets/index-1234.js'), 'export {};');
writeFileSync(join(folder, 'secret.txt'), 'beside the page');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const token = 'console-token-of-the-test';
let controller: FakeController;
let running: RunningConsole;

beforeEach(async () => {
  controller = await startFakeController();
  running = await startConsole({ port: 0, controllerUrl: controller.url, controllerToken, token, pageDirectory, everyMs: 5 });
});
afterEach(async () => {
  await running.close();
  await controller.goAway();
});

async function newLink(): Promise<string> {
  const answer = await fetch(`${running.url}/console/links`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { url: string }).url;
}

async function signIn(): Promise<{ cookie: string }> {
  const answer = await fetch(await newLink(), { redirect: 'manual' });
  return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

const get = (path: string, headers: Record<string, string> = {}) => fetch(running.url + path, { headers });
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];

/** As `fetch` but with a Host of one's own. */
function statusWithHost(host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(running.url + path, { headers: { host } }, (answer) => resolve(answer.resume().statusCode ?? 0));
    asked.on('error', reject).end();
  });
}

test('a link opens the console once, and leaves a cookie that no script and no other site gets', async () => {
  const link = await newLink();
  expect(link).toMatch(/^http:\/\/localhost:\d+\/\?token=[\w-]{43}$/);
  const first = await fetch(link, { redirect: 'manual' });
  expect([first.status, first.headers.get('location')]).toEqual([303, '/']);
  expect(first.headers.get('set-cookie')).toMatch(/^banyan-console-\d+=\S+; HttpOnly; SameSite=Strict; Path=\/console; Max-Age=43200$/);
  const second = await fetch(link, { redirect: 'manual' });
  expect([second.status, second.headers.get('set-cookie'), await second.text()]).toEqual([403, null, '<title>the page</title>']);
  expect((await fetch(`${running.url}/?token=made-up`, { redirect: 'manual' })).status).toBe(403);
});

test('only who knows the token of the run gets a link', async () => {
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Bearer ${controllerToken}` }])
    expect(await codeOf(await fetch(`${running.url}/console/links`, { method: 'POST', headers }))).toEqual([401, 'CONSOLE_LINK_REFUSED']);
});

test('without a session there is no data, and the controller is not even asked', async () => {
  const forged = createSessions({ secret: 'another-secret-altogether', port: Number(new URL(running.url).port), path: '/console' }).issue();
  for (const cookie of ['', 'banyan-console-1=x', forged.split(';')[0] ?? ''])
    for (const path of ['/console/v1/state', '/console/events', '/console/session'])
      expect(await codeOf(await get(path, { cookie }))).toEqual([401, 'CONSOLE_NOT_SIGNED_IN']);
  expect(controller.asked).toEqual([]);
});

test('a session ends after twelve hours and holds over a restart of the console', () => {
  const options = { secret: token, port: 4400, path: '/console' };
  const cookie = createSessions({ ...options, now: () => 0 })
    .issue()
    .split(';')[0];
  const hours = 3_600_000;
  expect(createSessions({ ...options, now: () => 11.9 * hours }).isValid(`other=1; ${cookie}`)).toBe(true);
  expect(createSessions({ ...options, now: () => 12.1 * hours }).isValid(cookie)).toBe(false);
  expect(createSessions({ ...options, port: 4401, now: () => 0 }).isValid(cookie)).toBe(false);
  const longer = cookie?.replace('43200', '99999999');
  expect(createSessions({ ...options, now: () => 0 }).isValid(longer)).toBe(false);
});

test('names that are pointed at this machine from elsewhere, and pages of other origins, get nothing', async () => {
  const { port } = new URL(running.url);
  expect(await statusWithHost('evil.example', '/')).toBe(403);
  expect(await statusWithHost(`evil.example:${port}`, '/console/v1/state')).toBe(403);
  expect(await statusWithHost('localhost:1', '/')).toBe(403);
  expect(await statusWithHost(`127.0.0.1:${port}`, '/')).toBe(200);
  const session = await signIn();
  for (const from of ['same-site', 'cross-site'])
    expect(await codeOf(await get('/console/v1/state', { ...session, 'sec-fetch-site': from }))).toEqual([403, 'CONSOLE_HOST']);
  expect((await get('/console/v1/state', { ...session, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

test('questions that read are handed on with the controller’s token and known parameters; nothing else passes', async () => {
  const session = await signIn();
  const audit = await get('/console/v1/audit?limit=5&actor=me&personal=true', session);
  expect([audit.status, ((await audit.json()) as { check: unknown }).check]).toEqual([200, expect.objectContaining({ intact: true })]);
  expect(controller.asked).toEqual(['/v1/audit?limit=5']);
  for (const path of [
    '/console/v1/reached?extraction=auth',
    '/console/v1/sagas/../audit/x',
    '/console/v1/extractions/auth/advance',
    '/console/health',
    '/nowhere',
  ])
    expect(await codeOf(await get(path, session))).toEqual([404, 'CONSOLE_ROUTE_UNKNOWN']);
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect((await fetch(`${running.url}/console/v1/audit`, { method, headers: session })).status).toBe(404);
  expect(controller.asked).toHaveLength(1);
});

test('what the controller refuses is handed on, and one that is away is said to be', async () => {
  const session = await signIn();
  expect(await codeOf(await get('/console/v1/sagas/11111111-1111-1111-1111-111111111111', session))).toEqual([
    404,
    'CONTROLLER_ROUTE_UNKNOWN',
  ]);
  await controller.goAway();
  expect(await codeOf(await get('/console/v1/audit', session))).toEqual([502, 'CONSOLE_CONTROLLER_AWAY']);
});

test('no answer carries the controller’s token, and every one the headers that keep the page to itself', async () => {
  const session = await signIn();
  for (const path of ['/', '/console/v1/state', '/console/v1/audit', '/nowhere', '/health', '/assets/index-1234.js']) {
    const answer = await get(path, session);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(JSON.stringify([...answer.headers]) + (await answer.text())).not.toContain(controllerToken);
  }
});

test('the page is served, and nothing beside it', async () => {
  expect(await (await get('/')).text()).toBe('<title>the page</title>');
  const asset = await get('/assets/index-1234.js');
  expect([asset.headers.get('cache-control'), asset.headers.get('content-type')]).toEqual([
    'max-age=31536000, immutable',
    'text/javascript; charset=utf-8',
  ]);
  expect((await get('/assets/index-1234.js', { 'if-none-match': asset.headers.get('etag') ?? '' })).status).toBe(304);
  for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '/..%2fsecret.txt']) {
    expect((await get(path)).status).toBe(404);
  }
});

/** Reads one event stream until it has `count` events. */
async function readEvents(
  headers: Record<string, string>,
  count: number,
  signal: AbortSignal,
  onEvent: (text: string) => Promise<void> | void = () => {},
) {
  const answer = await fetch(`${running.url}/console/events`, { headers, signal });
  const events: string[] = [];
  let rest = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (rest + chunk).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts.filter((it) => it.startsWith('event:'))) {
      events.push(part);
      await onEvent(part);
    }
    if (events.length >= count) return events;
  }
  return events;
}

test('a page that is built anew while the console runs is served as it was', async () => {
  const file = join(pageDirectory, 'assets/index-1234.js');
  rmSync(file);
  try {
    expect(await (await get('/assets/index-1234.js')).text()).toBe('export {};');
  } finally {
    writeFileSync(file, 'export {};');
  }
});

test('all pages share one look at the state; it is told when it changes, and nobody asks while nobody looks', async () => {
  const session = await signIn();
  expect(controller.asked).toEqual([]);
  const stop = new AbortController();
  const change = () => {
    controller.state = { ...controller.state, routeVersion: controller.state.routeVersion + 1 };
  };
  // The second state comes only after the first one was read and changed; ages alone are no change.
  const first = readEvents(session, 2, stop.signal, (text) => {
    if (text.includes('"routeVersion":23')) change();
  });
  const second = readEvents(session, 2, stop.signal);
  const [one, other] = await Promise.all([first, second]);
  stop.abort();
  expect(one.map((text) => /"routeVersion":(\d+)/.exec(text)?.[1])).toEqual(['23', '24']);
  expect(other.at(-1)).toBe(one.at(-1));
  const settled = async () => {
    const before = controller.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return controller.asked.length - before;
  };
  await expect.poll(settled).toBe(0);
});

test('a controller that goes away and comes back is told to the page, in its own words where it has any', async () => {
  const session = await signIn();
  const stop = new AbortController();
  let count = 0;
  const events = await readEvents(session, 3, stop.signal, async () => {
    count += 1;
    if (count === 1) await controller.goAway();
    if (count === 2) await controller.comeBack();
  });
  stop.abort();
  expect(events.map((text) => text.split('\n')[0])).toEqual(['event: state', 'event: away', 'event: state']);
  expect(events[1]).toContain('does not answer');
});

test('a configuration that cannot be used is refused with everything that is wrong, and without its secrets', () => {
  const file = join(folder, 'console.json');
  writeFileSync(file, JSON.stringify({ port: 70_000, controllerUrl: 'ftp://x', controllerToken: 'short', token, colour: 1 }));
  const wrong =
    'port is not a port number; controllerUrl is not a URL such as http://127.0.0.1:3010; controllerToken is not a text of at least 16 characters; "colour" is not a setting';
  expect(() => readConfiguration(file)).toThrowError(
    expect.objectContaining({ code: 'CONSOLE_CONFIG_INVALID', message: `${file}: ${wrong}.` }),
  );
  for (const missing of [undefined, '', join(folder, 'none.json')])
    expect(() => readConfiguration(missing)).toThrowError(expect.objectContaining({ code: 'CONSOLE_CONFIG_INVALID' }));
});

test('a taken port and a page that was not built are said at the start', async () => {
  const options = { port: Number(new URL(running.url).port), controllerUrl: controller.url, controllerToken, token, pageDirectory };
  await expect(startConsole(options)).rejects.toMatchObject({ code: 'CONSOLE_PORT_TAKEN' });
  await expect(startConsole({ ...options, pageDirectory: folder })).rejects.toMatchObject({ code: 'CONSOLE_PAGE_MISSING' });
});

test('the README lists every error as the catalogue says it', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const listed = readme.split('\n').filter((line) => line.startsWith('| `CONSOLE_'));
  expect(listed).toEqual(Object.entries(errorCatalogue).map(([code, { meaning, fix }]) => `| \`${code}\` | ${meaning} | ${fix} |`));
});
