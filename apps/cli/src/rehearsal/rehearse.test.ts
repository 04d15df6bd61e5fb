import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import type { RehearsalEvidence } from '@banyan/migration/rehearsal-evidence';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ControllerClient, type ProgressLine } from '../controller-client.ts';
import { createReporter } from '../output.ts';
import { findFreePorts } from '../programs/ports.ts';
import { isAlive, readRunRecord } from '../programs/run-record.ts';
import { locateSystem } from '../running/locate-system.ts';
import { findLiveRun } from '../running/run-directory.ts';
import { startSystem, type RunningSystem } from '../running/start-system.ts';
import { readLiveSystem, type LiveSystem } from './live-system.ts';
import { runRehearsal } from './rehearse.ts';
import { tellRehearsal } from './tell-rehearsal.ts';

const main = join(import.meta.dirname, '../../dist/main.js');
const nodeLearn = join(import.meta.dirname, '../../../../systems/node-learn');
const smallSystem = join(import.meta.dirname, '../../../controller/src/testing/small-system');
const quiet = { line: () => {}, step: () => {}, warn: () => {} };
const token = (user: number) => `Bearer e30.${Buffer.from(JSON.stringify({ sub: user })).toString('base64url')}.signature-of-${user}`;
const settings = { SMALL_WRITES: '20' };

let home: string;
let running: RunningSystem;
let controller: ControllerClient;
let traffic: { stop(): Promise<void> };

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'banyan-rehearsal-'));
  chmodSync(home, 0o755); // as root, PostgreSQL runs as a user that may not look into a folder of root
  vi.stubEnv('BANYAN_ROOT', home);
  vi.stubEnv('SMALL_WRITES', settings.SMALL_WRITES);
  const [port = 0] = await findFreePorts(1);
  running = await startSystem({
    system: await locateSystem(smallSystem),
    kind: 'up',
    fresh: true,
    port,
    gatewayWorkers: 2,
    seedScale: 1,
    reporter: quiet,
    instrument: () => ({ nodeArguments: [], environment: settings }),
  });
  const { controllerPort, secrets } = running.plan;
  controller = new ControllerClient({ url: `http://127.0.0.1:${controllerPort}`, token: secrets['controllerToken'] ?? '' });
  for (let user = 1; user <= 20; user += 1) await ask('POST', '/users', { name: `User ${user}` }, 0);
  await advance({ to: 'canary', sharePercent: 100, force: true, reason: 'the writes are what is looked at' });
  traffic = startTraffic();
}, 240_000);

afterAll(async () => {
  await traffic?.stop();
  await running?.stop();
  rmSync(home, { recursive: true, force: true });
}, 60_000);

async function ask(method: string, path: string, body: unknown, user: number): Promise<void> {
  const headers = { 'content-type': 'application/json', ...(user === 0 ? {} : { authorization: token(user) }) };
  const url = `http://127.0.0.1:${running.plan.gatewayPort}${path}`;
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  await answer.arrayBuffer();
}

/** Visits of the token's user with the same other one in every body (so that mistaken users do not even out), new users, and reads. So few visitors that each gets an award within any thirty writes. */
function startTraffic(): { stop(): Promise<void> } {
  let isOn = true;
  const run = async () => {
    for (let turn = 0; isOn; turn += 1) {
      const user = 1 + (turn % 4);
      await ask('POST', '/visits', { userId: 4 }, user);
      if (turn % 4 === 0) await ask('POST', '/users', { name: `Guest ${turn}` }, user);
      await ask('GET', `/users/${user}`, undefined, user + 100);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const ended = run();
  return {
    stop: () => {
      isOn = false;
      return ended;
    },
  };
}

function advance(request: object): Promise<ProgressLine> {
  return controller.move('/v1/extractions/accounts/advance', { actor: 'ada', ...request }, () => {});
}

/** As `banyan rehearse accounts` does it: first the findings, then to the controller. */
async function rehearse(writesWanted = 30): Promise<RehearsalEvidence> {
  return runRehearsal({
    live: await readLiveSystem(findLiveRun(undefined)),
    extraction: 'accounts',
    state: await controller.read<StateView>('/v1/state'),
    writesWanted,
    waitMs: 120_000,
    reporter: createReporter(true),
    signal: new AbortController().signal,
  });
}

const tell = (evidence: RehearsalEvidence) => tellRehearsal(controller, 'accounts', 'ada', evidence);

function whatCaughtIt(evidence: RehearsalEvidence): string[] {
  return evidence.samples.map(({ of, where, kind }) => `${of}: ${where} ${kind}`).toSorted();
}

/** As when nobody writes anything while a rehearsal waits. */
const nothing: RehearsalEvidence = {
  replayed: 0,
  asRecorded: 0,
  equal: 0,
  explained: 0,
  differing: 0,
  announced: 0,
  writesByRoute: { 'POST /visits': 0 },
  rows: { compared: 9, explained: 0, differing: 0 },
  callsRefused: 0,
  dropped: {},
  leftOut: [],
  rules: [],
  samples: [],
};

async function databases(): Promise<string[]> {
  const client = new Client({ connectionString: running.server.url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>("select datname as name from pg_database where datname ~ 'rehearsal'");
  await client.end();
  return rows.map(({ name }) => name);
}

test('a sign-in cannot be done again, and the evidence says why', async () => {
  const system = await locateSystem(nodeLearn);
  const nothingElse = { reporter: quiet, waitMs: 1, signal: new AbortController().signal };
  const evidence = await runRehearsal({ live: { system } as LiveSystem, extraction: 'auth', state: { extractions: [] }, ...nothingElse });
  expect(evidence).toMatchObject({
    replayed: 0,
    leftOut: [{ route: 'GET /api/auth/google/callback', reason: expect.stringContaining('works once') as string }],
  });
});

describe('writes are proven before they move', { timeout: 300_000 }, () => {
  test('the owner is not changed before they are, and the gate says what to run', async () => {
    await expect(advance({ to: 'owner', waitMs: 0 })).rejects.toMatchObject({
      code: 'MIGRATION_GATES_WAITING',
      message: expect.stringContaining('banyan rehearse accounts') as string,
    });
    await tell(nothing);
    await expect(advance({ to: 'owner', waitMs: 0 })).rejects.toMatchObject({
      code: 'MIGRATION_GATES_WAITING',
      message: expect.stringMatching(/Nobody asked POST \/visits.*--force/) as string,
    });
  });

  test.each([
    {
      fault: 'overwrites', // counts are set instead of added to
      caughtBy: ['answer: POST /visits visits value', 'row: public.users seen visits changed'],
    },
    {
      fault: 'never awards', // the list is always empty
      caughtBy: ['answer: POST /visits awards missing-element'],
      passes: /^row/,
    },
    {
      fault: 'trusts the body, stores otherwise', // the body's user in place of the token's; what is answered is not what is kept
      caughtBy: ['answer: POST /visits id value', 'row: public.users seen visits changed', 'row: public.users name seen changed'],
      passes: /^answer: POST \/users/,
    },
    {
      fault: 'asks too early', // for awards, before the monolith can see the visit
      asks: 'the monolith',
      caughtBy: ['answer: POST /visits awards missing-element', 'answer: POST /visits awards extra-element'],
    },
  ])('a service that $fault is caught', async ({ fault, asks = 'nobody', caughtBy, passes = /^event/ }) => {
    vi.stubEnv('SMALL_FAULT', fault);
    vi.stubEnv('SMALL_ASKS', asks);
    try {
      const evidence = await rehearse();
      expect(whatCaughtIt(evidence)).toEqual(expect.arrayContaining(caughtBy));
      expect(whatCaughtIt(evidence).filter((what) => passes.test(what))).toEqual([]);
      await expect(tell(evidence)).rejects.toMatchObject({ code: 'MIGRATION_WRITES_DIFFER' });
      await expect(advance({ to: 'owner', waitMs: 0 })).rejects.toMatchObject({ code: 'MIGRATION_GATES_FAIL' });
    } finally {
      vi.stubEnv('SMALL_FAULT', '');
      vi.stubEnv('SMALL_ASKS', '');
    }
  });

  test('one that is killed leaves no program, and the next one takes away its databases', async () => {
    const directory = join(running.plan.directory, 'rehearsal');
    const command = spawn(process.execPath, [main, 'rehearse', 'accounts', '--writes', '500', '--wait', '600'], {
      env: { ...process.env, BANYAN_ROOT: home },
      stdio: 'ignore',
    });
    await expect.poll(() => readRunRecord(directory)?.processes.filter(isAlive).length, { timeout: 120_000 }).toBe(3);
    const { processes = [] } = readRunRecord(directory) ?? {};
    command.kill('SIGKILL');
    await expect.poll(() => processes.filter(isAlive), { timeout: 30_000 }).toEqual([]);
    expect(await databases()).not.toEqual([]);
  });

  test('a service that has the monolith award its visits, once they have flown back, passes, and becomes the owner', async () => {
    vi.stubEnv('SMALL_ASKS', 'the monolith');
    const evidence = await rehearse();
    expect(evidence).toMatchObject({ differing: 0, rows: { differing: 0 }, samples: [], callsRefused: 0, leftOut: [] });
    expect(evidence.announced).toBeGreaterThan(0);
    expect(evidence.writesByRoute).toMatchObject({ 'POST /users/:id/visits': 0 });
    expect(evidence.asRecorded).toBe(evidence.replayed);
    expect(evidence.equal + evidence.explained).toBe(evidence.replayed);
    expect(evidence.rules).toEqual(
      expect.arrayContaining(['POST /visits: value of seen', 'public.users.seen varies in the monolith itself']),
    );
    expect(await tell(evidence)).toMatchObject({ done: true });
    await tell(nothing); // which takes nothing back of what was found before
    await advance({ to: 'owner', waitMs: 30_000 });
    await expect(rehearse()).rejects.toMatchObject({ code: 'MIGRATION_REHEARSAL_STAGE' });
  });

  test('nothing of it is left: no database, no record of a run, no token in a file', async () => {
    expect(await databases()).toEqual([]);
    expect(existsSync(join(running.plan.directory, 'rehearsal/run.json'))).toBe(false);
    const files = readdirSync(home, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter(
      (it) => it.isFile() && !it.parentPath.includes('postgres'),
    );
    const texts = files.map((it) => readFileSync(join(it.parentPath, it.name), 'utf8'));
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.filter((text) => text.includes('signature-of-'))).toEqual([]);
  });
});
