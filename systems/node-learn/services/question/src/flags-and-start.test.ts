import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { askInternally, bank, startQuestion } from './testing/programs.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await (await startQuestion(database.url)).program.stop();
  await database.query(bank);
});
afterAll(() => database.close());

interface Shown {
  readonly id: number;
  readonly topic: string;
  readonly question: string;
  readonly choices: readonly object[];
}

test('each flag corrects what it names', async () => {
  const FLAGS = 'questions.search,questions.topicFilter,questions.hideExplanation';
  const question = await startQuestion(database.url, { environment: { FLAGS } });
  const list = async (query: string) => {
    const answer = await fetch(`http://127.0.0.1:${question.port}/api/questions?${query}`);
    return answer.status === 200 ? ((await answer.json()) as Shown[]) : answer.status;
  };
  const ids = (listed: Shown[] | number) =>
    typeof listed === 'number' ? listed : listed.map(({ id }) => id).toSorted((one, other) => one - other);
  try {
    expect(ids(await list('search=WHY%2048'))).toEqual([48]);
    expect(ids(await list('search=100%25'))).toEqual([]);
    expect(ids(await list('search=a%20%3C%20b&difficulty=odd'))).toBe(500);
    const topics = new Set(((await list('topic=Streams&topic=Event%20loop')) as Shown[]).map(({ topic }) => topic));
    expect(topics).toEqual(new Set(['Streams', 'Event loop']));
    expect(ids(await list('topic=nothing'))).toEqual([]);
    expect(JSON.stringify(await list(''))).not.toContain('explanation');
  } finally {
    await question.program.stop();
  }
});

// While somebody edits: services/admin.
describe('killed while somebody reads', { timeout: 120_000 }, () => {
  const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));

  test.each(crashPoints.filter((point) => !point.startsWith('question.command.')))(
    'at %s: the same is read after the restart',
    async (point) => {
      const folder = mkdtempSync(join(tmpdir(), 'question-crash-'));
      const file = join(folder, 'point');
      const read = async (question: Awaited<ReturnType<typeof startQuestion>>) =>
        point === 'question.public.before-answer'
          ? (await fetch(`http://127.0.0.1:${question.port}/api/questions/2`)).text()
          : (await askInternally(question, '/internal/questions/2/answer')).text;
      const first = await startQuestion(database.url, { nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: file } });
      const before = await read(first);
      const crash = armCrash(file, point);
      await expect(read(first)).rejects.toThrow('fetch failed');
      expect(await crash.died()).toMatchObject({ point, pid: first.program.pid });
      const again = await startQuestion(database.url);
      expect(await read(again)).toBe(before);
      await again.program.stop();
      rmSync(folder, { recursive: true });
    },
  );
});

test('several instances that start together on an empty database all serve, and SIGTERM drains them', { timeout: 120_000 }, async () => {
  await using empty = await createTestDatabase();
  const instances = await Promise.all([1, 2, 3].map(() => startQuestion(empty.url)));
  for (const { port } of instances) expect(await (await fetch(`http://127.0.0.1:${port}/api/questions`)).text()).toBe('[]');
  await Promise.all(instances.map(({ program }) => program.stop()));
  for (const { program } of instances) expect(program.output()).toMatch(/"event":"service\.drained","drained":true/);
});

test('settings that are missing or wrong are named together, and the program leaves with the next command', async () => {
  const environment = { SERVICE_SECRET: 'short', FLAGS: 'questions.all' };
  await expect(startQuestion('mysql://x', { environment })).rejects.toThrow(
    /ended with code 1.*3 of the settings cannot be used: DATABASE_URL is not a postgres or postgresql URL; SERVICE_SECRET needs at least 32 bytes; FLAGS may only name questions.search, questions.topicFilter, questions.hideExplanation, questions.refuseBodyIds\.\s+Code: SERVICE_SETTINGS_INVALID\s+Next: /,
  );
});
