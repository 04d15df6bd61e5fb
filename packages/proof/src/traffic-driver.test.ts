import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LedgerLine, openLedger, readLedger } from './ledger.ts';
import { createTrafficDriver, type TrafficDriverOptions, type TrafficProfile } from './traffic-driver.ts';

let folder: string;
let server: Server;
let baseUrl: string;
let answer: (path: string) => Promise<number | 'reset'>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'proof-'));
  answer = () => Promise.resolve(200);
  server = createServer((request, response) => {
    void answer(request.url ?? '').then((status) => (status === 'reset' ? request.destroy() : response.writeHead(status).end('{}')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const simple: TrafficProfile = {
  next: (random) => {
    const path = `/${random.below(1000)}`;
    return {
      name: path,
      cost: 1,
      run: (session) => session.ask({ actor: 'a', group: 'all', what: 'get', method: 'GET', path }).then(() => {}),
    };
  },
};

function drive(options: Partial<TrafficDriverOptions> & { seed?: number } = {}, file = 'ledger.jsonl') {
  const ledger = openLedger(join(folder, file), { run: 'r' });
  return createTrafficDriver({ baseUrl, profile: simple, rate: 200, seed: 7, ledger, ...options });
}

function lines(file = 'ledger.jsonl'): Promise<LedgerLine[]> {
  return readLedger(join(folder, file));
}

async function untilTold(count: number, driver: ReturnType<typeof drive>): Promise<void> {
  while ((driver.stats().groups['all']?.told ?? 0) < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('the same seed asks the same in the same order', async () => {
  for (const file of ['one', 'other']) {
    const driver = drive({}, file);
    await driver.start();
    await untilTold(30, driver);
    await driver.stop();
  }
  const paths = async (file: string) => (await lines(file)).flatMap((line) => (line.kind === 'asked' ? [line.path] : [])).slice(0, 30);
  expect(await paths('one')).toEqual(await paths('other'));
});

test('a broken connection is unknown, an error answer of a write is unknown, a refused connection is refused', async () => {
  answer = (path) => Promise.resolve(path.endsWith('1') ? 'reset' : path.endsWith('2') ? 500 : 200);
  const driver = drive();
  await driver.start();
  await untilTold(60, driver);
  await driver.pause();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  driver.resume();
  await untilTold(80, driver);
  await driver.stop();
  const told = (await lines()).filter((line) => line.kind === 'told');
  expect(new Set(told.filter((line) => line.status === 500).map((line) => line.outcome))).toEqual(new Set(['unknown']));
  expect(
    new Set(told.filter((line) => line.error === 'UND_ERR_SOCKET' || line.error === 'ECONNRESET').map((line) => line.outcome)),
  ).toEqual(new Set(['unknown']));
  expect(new Set(told.filter((line) => line.error === 'ECONNREFUSED').map((line) => line.outcome))).toEqual(new Set(['refused']));
  expect(told.filter((line) => line.ok)).not.toHaveLength(0);
});

test('actions of one key never overlap, and slow answers do not slow the others', async () => {
  let overlapping = 0;
  let most = 0;
  const serial: TrafficProfile = {
    next: () => ({
      name: 'serial',
      cost: 1,
      serialKey: 'one',
      run: async (session) => {
        most = Math.max(most, (overlapping += 1));
        await session.ask({ actor: 'one', group: 'all', what: 'get', method: 'GET', path: '/' });
        overlapping -= 1;
      },
    }),
  };
  const driver = drive({ profile: serial });
  await driver.start();
  await untilTold(20, driver);
  await driver.stop();
  expect(most).toBe(1);
});

test('beyond the bound new actions are shed and counted', async () => {
  const held: (() => void)[] = [];
  answer = () => new Promise((resolve) => held.push(() => resolve(200)));
  const driver = drive({ maxInFlight: 5 });
  await driver.start();
  while (driver.stats().shed < 10) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(driver.stats().inFlight).toBe(5);
  while (held.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const release of held) release();
  await driver.stop();
});
