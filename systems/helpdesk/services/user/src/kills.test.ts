import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash, createHttpClient, type HttpClient } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { startUser } from './testing/programs.ts';

const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'user-crash-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.close();
});

const ada = { email: 'ada@example.test', password: 'correct horse' };
const signUp = (client: HttpClient) => client.post('/auth/signup', ada);

async function eventsOf(userId: string): Promise<string[]> {
  const text = 'select type from banyan.events where aggregate_id = $1 order by position';
  return (await database.query<{ type: string }>(text, [userId])).rows.map(({ type }) => type);
}

const ofSignUps = crashPoints.filter((point) => point.startsWith('user.sign-up.'));

test.each(ofSignUps)('killed at %s: what is there was told once, and what is not was not told', async (point) => {
  const file = join(folder, 'point');
  const first = await startUser(database.url, { nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: file } });
  const client = createHttpClient(`http://127.0.0.1:${first.port}`);
  const crash = armCrash(file, point);
  // At the last point the answer may be on its way already.
  await signUp(client).catch(() => undefined);
  expect(await crash.died()).toMatchObject({ point, pid: first.program.pid });
  await client.close();

  const { rows } = await database.query<{ id: string }>('select id from users where email = $1', [ada.email]);
  expect(rows).toHaveLength(point === 'user.sign-up.before-write' ? 0 : 1);
  const again = await startUser(database.url);
  const asked = createHttpClient(`http://127.0.0.1:${again.port}`);
  try {
    expect((await signUp(asked)).status).toBe(rows.length === 0 ? 201 : 409);
    const found = await database.query<{ id: string }>('select id from users where email = $1', [ada.email]);
    const id = found.rows[0]?.id ?? '';
    await expect.poll(() => eventsOf(id)).toEqual(['user.created']);
  } finally {
    await asked.close();
    await again.program.stop();
  }
});
