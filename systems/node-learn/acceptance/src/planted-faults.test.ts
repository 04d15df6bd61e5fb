import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type AcceptanceTargetOptions, createAcceptanceTarget, runScenarios, startTamperingProxy, type Tampering } from '@banyan/proof';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scenarios } from './index.ts';
import { type LocalSystem, startLocalSystem, startSecondMonolith } from './local-system.ts';

let system: LocalSystem;
beforeAll(async () => {
  system = await startLocalSystem();
});
afterAll(() => system?.stop());

/** Ids of the scenarios that do not hold. */
async function failing(only: readonly string[], options: Partial<AcceptanceTargetOptions>): Promise<string[]> {
  const target = createAcceptanceTarget({ ...system.target, ...options });
  try {
    const results = await runScenarios(scenarios, target, { only, exclusive: 'skip' });
    return results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id);
  } finally {
    await target.close();
  }
}

async function through(tampering: Tampering, ...only: string[]): Promise<string[]> {
  const proxy = await startTamperingProxy(system.target.url, tampering);
  try {
    return await failing(only, { url: proxy.url });
  } finally {
    proxy.close();
  }
}

const onPath = (pattern: RegExp) => (request: { url?: string | undefined }) => pattern.test(request.url ?? '');

test('F1: counts overwritten instead of added to are caught by A14 and A16', async () => {
  const isStats = onPath(/stats\/user\/\d+$/);
  const overwrite = (text: string) => text.replace(/"(correct|incorrect)_count":[1-9]\d*/g, '"$1_count":1');
  const caught = await through({ body: (request, text) => (isStats(request) ? overwrite(text) : text) }, 'A13', 'A14', 'A16');
  expect(caught).toEqual(['A14', 'A16']);
});

test('F3: a token that is ignored when recording is caught by A13', async () => {
  const isRecord = onPath(/stats\/record/);
  const withoutToken = ({ authorization: _token, ...headers }: IncomingHttpHeaders) => headers;
  const headers = (request: IncomingMessage) => (isRecord(request) ? withoutToken(request.headers) : request.headers);
  const caught = await through({ headers }, 'A9', 'A13');
  expect(caught).toEqual(['A13']);
});

test('F4: accuracy as text for no attempts, the mode id of a filler as a number, are caught by A15 and A29', async () => {
  const body = (_request: unknown, text: string) =>
    text.replace('"overallAccuracy":0}', '"overallAccuracy":"0.00"}').replace(/"quiz_mode_id":"(\d+)"/g, '"quiz_mode_id":$1');
  expect(await through({ body }, 'A14', 'A15', 'A29')).toEqual(['A15', 'A29']);
});

test('F5: an answer without its question that is 200 with null instead of 404 is caught by A8', async () => {
  const isAnswer = onPath(/api\/answers\//);
  const status = (request: IncomingMessage, was: number) => (isAnswer(request) && was === 404 ? 200 : was);
  expect(await through({ status }, 'A8')).toEqual(['A8']);
});

test('F9: nameless rows on boards, because the name is looked up in a copy that lacks the user, are caught by A10 and A29', async () => {
  const isBoard = onPath(/leaderboard\/mode/);
  const namesGone = (text: string) => text.replace(/("quiz_mode_id":\d+,.*?"username":)"[^"]*"/g, '$1null');
  expect(await through({ body: (request, text) => (isBoard(request) ? namesGone(text) : text) }, 'A10', 'A28', 'A29')).toEqual([
    'A10',
    'A29',
  ]);
});

test('F10: a sign-in that no longer refreshes name and email is caught by A10', async () => {
  const target = createAcceptanceTarget(system.target);
  const { control } = target;
  await control.sql(
    'users',
    'create function keep_old() returns trigger language plpgsql as $$ begin new.name := old.name; new.email := old.email; return new; end $$',
  );
  await control.sql('users', 'create trigger keep_old before update on users for each row execute function keep_old()');
  try {
    expect(await failing(['A9', 'A10'], {})).toEqual(['A10']);
  } finally {
    await control.sql('users', 'drop function keep_old cascade');
    await target.close();
  }
});

test('F19: another JWT secret on the side that answers the profile is caught by A9 and A12', async () => {
  const other = await startSecondMonolith(system, { JWT_SECRET: 'another secret of 32 bytes and a bit more' });
  try {
    const isProfile = onPath(/auth\/profile/);
    expect(await through({ reroute: (request) => (isProfile(request) ? other.url : undefined) }, 'A9', 'A11', 'A12')).toEqual([
      'A9',
      'A12',
    ]);
  } finally {
    await other.stop();
  }
});
