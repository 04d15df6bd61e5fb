import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addQuestion, addUser } from './fixtures.ts';
import { type RunningProgram, signToken, startProgram } from './running-program.ts';

let program: RunningProgram;
const admin = signToken({ sub: 1, email: 'admin@example.test', name: 'Admin', isAdmin: true });
const user = signToken({ sub: 1, email: 'user@example.test', name: 'User', isAdmin: false });
beforeAll(async () => {
  program = await startProgram();
  await program.sql.query("SELECT setval('users_id_seq', 1)");
});
afterAll(() => program.stop());

const input = {
  questionType: 'single_choice',
  practical: false,
  question: '<p>Why?</p>',
  difficulty: 'easy',
  topic: 'Tests',
  choices: [{ choiceText: 'good', isGood: true }, { choiceText: 'wrong', isGood: false, explanation: 'because' }],
}; // prettier-ignore

// oxlint-disable-next-line typescript/no-explicit-any -- answers of every shape
async function create(body: object = input): Promise<any> {
  const reply = await program.call('POST', '/api/admin/questions', { body, token: admin });
  expect(reply.status).toBe(201);
  return reply.json;
}

function put(id: unknown, body: object, token = admin) {
  return program.call('PUT', `/api/admin/questions/${String(id)}`, { body, token });
}

async function choiceTexts(id: number): Promise<string[]> {
  const { json } = await program.call('GET', `/api/answers/${id}`);
  return json.choices.map((choice: { choiceText: string }) => choice.choiceText);
}

describe('administration', () => {
  it('creates, changes and deletes questions', async () => {
    const created = await create();
    expect(Object.keys(created)).toEqual([
      'id', 'questionType', 'practical', 'question', 'answer', 'quiz', 'matchKeywords', 'difficulty', 'topic', 'isActive', 'choices',
    ]); // prettier-ignore
    expect([created.answer, created.quiz, created.matchKeywords, created.isActive]).toEqual([null, null, null, true]);
    const changed = await put(created.id, { topic: 'Changed', choices: [{ choiceText: 'only', isGood: true }] });
    expect([changed.status, changed.json.topic, changed.json.question]).toEqual([200, 'Changed', '<p>Why?</p>']);
    expect(await choiceTexts(created.id)).toEqual(['only']);
    const list = await program.call('GET', '/api/admin/questions?search=x');
    expect(list.json[0]).toEqual(changed.json);
    const deleted = await program.call('DELETE', `/api/admin/questions/${created.id}`, { token: admin });
    expect([deleted.status, deleted.text, deleted.headers.get('content-type')]).toEqual([200, '', null]);
    expect((await program.call('GET', `/api/questions/${created.id}`)).status).toBe(404);
  });

  it('refuses everybody else, after looking at the id', async () => {
    for (const [method, path, act] of [['POST', '', 'create'], ['PUT', '/1', 'update'], ['DELETE', '/1', 'delete']] as const) {
      const anonymous = await program.call(method, `/api/admin/questions${path}`, method === 'DELETE' ? {} : { body: {} });
      expect(anonymous.text).toBe(`{"message":"User must be logged in to ${act} questions!","error":"Unauthorized","statusCode":401}`);
      const plain = await program.call(method, `/api/admin/questions${path}`, { token: user, ...(method !== 'DELETE' && { body: {} }) });
      expect(plain.text).toBe('{"message":"User has no admin privileges!","error":"Unauthorized","statusCode":401}');
    } // prettier-ignore
    expect((await program.call('PUT', '/api/admin/questions/x', { body: {} })).text).toBe(
      '{"message":"Validation failed (numeric string is expected)","error":"Bad Request","statusCode":400}',
    );
    for (const token of [undefined, user]) {
      const users = await program.call('GET', '/api/admin/users', token === undefined ? {} : { token });
      expect(users.text).toBe('{"message":"Admin access required","error":"Unauthorized","statusCode":401}');
    }
    for (const method of ['PUT', 'DELETE']) {
      expect(
        (await program.call(method, '/api/admin/questions/999999', { token: admin, ...(method === 'PUT' && { body: {} }) })).status,
      ).toBe(500);
    }
  });

  it('lists users, newest first', async () => {
    const id = await addUser(program.sql, 'Newest');
    await program.sql.query("UPDATE users SET created_at = created_at + interval '1 hour' WHERE id = $1", [id]);
    const { json } = await program.call('GET', '/api/admin/users', { token: admin });
    expect(Object.keys(json[0])).toEqual(['id', 'googleId', 'email', 'name', 'picture', 'isAdmin', 'createdAt', 'updatedAt']);
    expect([json[0].id, json[0].picture]).toEqual([id, null]);
  });

  it('loses every choice with an update that names none, and nothing with a refused one', async () => {
    const { id } = await create();
    expect((await put(id, { difficulty: 'odd' })).status).toBe(500);
    expect((await choiceTexts(id)).sort()).toEqual(['good', 'wrong']);
    expect((await put(id, { topic: 'x' })).json.choices).toEqual([]);
  });

  it('leaves an orphan behind when a choice is refused', async () => {
    const reply = await program.call('POST', '/api/admin/questions', {
      token: admin,
      body: { ...input, topic: 'Orphan', choices: [{ isGood: true }] },
    });
    expect(reply.status).toBe(500);
    const { rows } = await program.sql.query("SELECT id FROM questions WHERE topic = 'Orphan'");
    expect(rows).toHaveLength(1);
  });

  it('takes results of a deleted question away, but no badges', async () => {
    const id = await addQuestion(program.sql);
    await program.call('POST', '/api/stats/record', { body: { userId: 1, questionId: id, isCorrect: true } });
    const badges = async () => (await program.sql.query('SELECT achievement_id FROM user_achievements WHERE user_id = 1')).rowCount;
    const before = await badges();
    await program.call('DELETE', `/api/admin/questions/${id}`, { token: admin });
    expect((await program.call('GET', '/api/stats/user/1')).json.questions).toEqual([]);
    expect([before, await badges()]).toEqual([1, 1]);
  });
});

describe('ids in bodies', () => {
  it('move a choice of another question', async () => {
    const [one, other] = [await create(), await create()];
    const moved = await create({ ...input, choices: [{ id: one.choices[0].id, choiceText: 'moved', isGood: true }] });
    expect([await choiceTexts(moved.id), await choiceTexts(one.id)]).toEqual([['moved'], ['wrong']]);
    await put(other.id, { choices: [{ id: moved.choices[0].id, choiceText: 'moved again', isGood: true }] });
    expect([await choiceTexts(other.id), await choiceTexts(moved.id)]).toEqual([['moved again'], []]);
  });

  it('overwrite the question a POST names, and its date', async () => {
    const { id } = await create();
    const overwritten = await create({ ...input, id, topic: 'Overwritten', createdAt: '2020-01-01T00:00:00.000Z', choices: [] });
    expect([overwritten.id, overwritten.topic]).toEqual([id, 'Overwritten']);
    expect((await program.call('GET', `/api/questions/${id}`)).json.createdAt).toBe('2020-01-01T00:00:00.000Z');
  });

  it('make a PUT write another question, unless that one has choices', async () => {
    const [path, full] = [await create({ ...input, question: 'path' }), await create()];
    expect((await put(path.id, { id: full.id, topic: 'x' })).status).toBe(500);
    expect(await choiceTexts(path.id)).toHaveLength(2);
    const bare = await create({ ...input, choices: [] });
    const onto = await put(path.id, { id: bare.id, topic: 'Onto' });
    expect([onto.status, onto.json.id, onto.json.question, onto.json.topic]).toEqual([200, bare.id, 'path', 'Onto']);
    expect(await choiceTexts(path.id)).toEqual([]);
    const fresh = await put(path.id, { id: 888_888 });
    expect([fresh.json.question, fresh.json.id === path.id, fresh.json.id === 888_888]).toEqual(['path', false, false]);
    expect(fresh.json.id).toBeGreaterThan(bare.id);
  });
});
