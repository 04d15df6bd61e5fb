import { checkEventData } from '@banyan/contract';
import { questionRef, questionRefs, questionUpdated } from '@node-learn/contracts';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askInternally, bank, type RunningQuestion, startQuestion } from './testing/programs.ts';

let database: TestDatabase;
let question: RunningQuestion;

beforeAll(async () => {
  database = await createTestDatabase();
  question = await startQuestion(database.url);
  await database.query(bank);
});
afterAll(async () => {
  await question.program.stop();
  await database.close();
});

interface PublicQuestion {
  readonly id: number;
  readonly choices: readonly { id: number }[];
}

async function read<Body>(path: string): Promise<Body> {
  return (await (await fetch(`http://127.0.0.1:${question.port}${path}`)).json()) as Body;
}

describe('drawing choices', () => {
  const drawnOf = async (id: number, times: number) => {
    const draws: number[][] = [];
    for (let turn = 0; turn < times; turn += 1) {
      draws.push((await read<PublicQuestion>(`/api/questions/${id}`)).choices.map((choice) => choice.id % 20));
    }
    return draws;
  };

  test('single choice: one good and three wrong ones, each of which comes up, the good one in any place', async () => {
    const draws = await drawnOf(12, 60);
    for (const draw of draws) expect([new Set(draw).size, draw.filter((id) => id === 1)]).toEqual([4, [1]]);
    expect(new Set(draws.flat()).size).toBe(8);
    expect(new Set(draws.map((draw) => draw.indexOf(1)))).toEqual(new Set([0, 1, 2, 3]));
  });

  test('multiple choice: any four, so that the number of good ones varies', async () => {
    const draws = await drawnOf(1, 60);
    for (const draw of draws) expect(new Set(draw).size).toBe(4);
    expect(new Set(draws.map((draw) => draw.filter((id) => id <= 5).length)).size).toBeGreaterThan(2);
  });

  test('a random question is any active one', async () => {
    const ids = new Set<number>();
    for (let turn = 0; turn < 200; turn += 1) ids.add((await read<PublicQuestion>('/api/questions/random')).id);
    expect([...ids].filter((id) => [7, 20, 33].includes(id))).toEqual([]);
    expect(ids.size).toBeGreaterThan(30);
  });
});

describe('internal routes', () => {
  test.each([
    ['no token', ''],
    ['a token of nobody', 'eyJhbGciOiJIUzI1NiJ9.e30.x'],
  ])('open to services only: %s is 401', async (_what, token) => {
    for (const path of ['/internal/questions', '/internal/questions/1/answer', '/internal/questions/refs', '/internal/nothing']) {
      expect(await askInternally(question, path, { token })).toEqual({ status: 401, text: '{"message":"Unauthorized","statusCode":401}' });
    }
  });

  test.each([
    ['GET', '/internal/questions/1'],
    ['GET', '/internal/questions/1/more'],
    ['GET', '/internal/nothing'],
    ['POST', '/internal/questions/1'],
    ['PUT', '/internal/questions'],
    ['DELETE', '/internal/questions/1/answer'],
  ])('%s %s is not there', async (method, path) => {
    expect((await askInternally(question, path, { method })).status).toBe(404);
  });

  test('they are not at the port of clients', async () => {
    expect((await fetch(`http://127.0.0.1:${question.port}/internal/questions`)).status).toBe(404);
  });

  test('a ref is what question.updated tells, before the first event and without what gives an answer away', async () => {
    const { status, text } = await askInternally(question, '/internal/questions/2/ref');
    expect(status).toBe(200);
    const ref = questionRef.parse(JSON.parse(text));
    expect(ref).toMatchObject({ key: '2', sequence: '0' });
    expect(checkEventData(questionUpdated, (JSON.parse(text) as typeof ref).data)).toEqual(ref.data);
    expect(Object.keys((JSON.parse(text) as typeof ref).data)).toEqual(Object.keys(questionUpdated.data.shape));
    expect(ref.data).toMatchObject({
      questionId: '2',
      questionType: 'text_input',
      topic: 'Größe & Maß',
      quiz: 'Quiz text 2',
      isActive: true,
      choiceCount: 0,
      keywordCount: 2,
      createdAt: '2026-01-02T05:04:05.678Z',
    });
    const inactive = await askInternally(question, '/internal/questions/7/ref');
    expect(questionRef.parse(JSON.parse(inactive.text)).data).toMatchObject({ isActive: false, choiceCount: 10 });
    const statuses = await Promise.all(['49', '-1', 'abc', '1.5'].map((id) => askInternally(question, `/internal/questions/${id}/ref`)));
    expect(statuses.map((answer) => answer.status)).toEqual([404, 404, 500, 500]);
    expect(statuses[0]?.text).toBe('{"message":"Question with ID 49 not found","error":"Not Found","statusCode":404}');
  });

  test('refs are of one snapshot: a row and the number of its last event are never of two moments', async () => {
    await database.query(`
      insert into banyan.outbox_keys values ('1', '/node-learn/question', 0), ('1', '/somebody/else', 99);
      update questions set question = '0' where id = 1`);
    const writer = new Client({ connectionString: database.url });
    await writer.connect();
    const reading = { over: false };
    const writing = (async () => {
      for (let sequence = 1; !reading.over; sequence += 1) {
        await writer.query(`begin; update questions set question = '${sequence}' where id = 1;
          update banyan.outbox_keys set last_sequence = ${sequence} where partition_key = '1' and source = '/node-learn/question'; commit`);
      }
    })();
    const seen = new Set<string>();
    for (let turn = 0; turn < 60; turn += 1) {
      const { entries } = questionRefs.parse(JSON.parse((await askInternally(question, '/internal/questions/refs')).text));
      expect(entries).toHaveLength(48);
      expect(entries[0]?.data.question).toBe(entries[0]?.sequence);
      expect(entries[1]?.sequence).toBe('0');
      seen.add(entries[0]?.sequence ?? '');
    }
    reading.over = true;
    await writing;
    await writer.end();
    expect(seen.size).toBeGreaterThan(10);
  });
});

describe('when the database goes away', () => {
  const onServer = async (statement: string) => {
    const client = new Client({ connectionString: process.env['BANYAN_TEST_POSTGRES_URL'] });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  const endConnections = () =>
    onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}' and application_name = 'question'`);

  test('connections that ended are replaced without a failed read', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      await endConnections();
      const statuses = await Promise.all(
        ['', '/1', '/random'].map(async (rest) => (await fetch(`http://127.0.0.1:${question.port}/api/questions${rest}`)).status),
      );
      expect(statuses).toEqual([200, 200, 200]);
    }
  });

  test('it says it is not ready, stays alive, and is ready again by itself', async () => {
    const ready = async () => (await fetch(`${question.internalUrl}/health/ready`)).status;
    expect(await ready()).toBe(200);
    await onServer(`alter database ${database.name} with allow_connections false`);
    await endConnections();
    expect(await ready()).toBe(503);
    expect((await fetch(`${question.internalUrl}/health/live`)).status).toBe(200);
    await onServer(`alter database ${database.name} with allow_connections true`);
    expect(await ready()).toBe(200);
  });
});
