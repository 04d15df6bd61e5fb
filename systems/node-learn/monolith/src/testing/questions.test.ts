import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addQuestion } from './fixtures.ts';
import { type RunningProgram, startProgram } from './running-program.ts';

let program: RunningProgram;
beforeAll(async () => {
  program = await startProgram();
});
afterAll(() => program.stop());

describe('questions', () => {
  it('come without what gives the answer away, in a fixed order of keys', async () => {
    const single = await addQuestion(program.sql, { good: 1, wrong: 7, answer: 'secret' });
    const text = await addQuestion(program.sql, { type: 'text_input', keywords: ['one', 'two'] });
    const { json } = await program.call('GET', `/api/questions/${single}`);
    expect(Object.keys(json)).toEqual([
      'id', 'questionType', 'practical', 'question', 'quiz', 'difficulty', 'topic', 'isActive', 'choices', 'createdAt', 'updatedAt',
    ]); // prettier-ignore
    expect(json.choices).toHaveLength(4);
    expect(Object.keys(json.choices[0])).toEqual(['id', 'questionId', 'choiceText', 'explanation']);
    const asked = (await program.call('GET', `/api/questions/${text}`)).json;
    expect([asked.choices, asked.keywordCount, Object.keys(asked).at(-1)]).toEqual([[], 2, 'keywordCount']);
  });

  it('are found by whatever JavaScript takes for the number, and refused otherwise', async () => {
    const id = await addQuestion(program.sql);
    expect((await program.call('GET', `/api/questions/0x${id.toString(16)}`)).json.id).toBe(id);
    expect((await program.call('GET', `/api/questions/${id}e0`)).json.id).toBe(id);
    for (const path of ['questions', 'answers']) {
      const unknown = await program.call('GET', `/api/${path}/-7`);
      expect([unknown.status, unknown.text]).toEqual([
        404,
        '{"message":"Question with ID -7 not found","error":"Not Found","statusCode":404}',
      ]);
      for (const odd of ['abc', '1.5', '9223372036854775808']) expect((await program.call('GET', `/api/${path}/${odd}`)).status).toBe(500);
    }
  });

  it('that are inactive are hidden from lists only', async () => {
    const id = await addQuestion(program.sql, { isActive: false });
    const { json } = await program.call('GET', '/api/questions');
    expect(json.map((question: { id: number }) => question.id)).not.toContain(id);
    expect((await program.call('GET', `/api/questions/${id}`)).json.isActive).toBe(false);
    expect((await program.call('GET', `/api/answers/${id}`)).status).toBe(200);
  });

  it('are filtered by what is given, with the known defects', async () => {
    const id = await addQuestion(program.sql, { type: 'multiple_choice', difficulty: 'hard', practical: true, topic: 'Streams' });
    const idsOf = async (query: string) =>
      (await program.call('GET', `/api/questions?${query}`)).json.map((question: { id: number }) => question.id);
    expect(await idsOf('difficulty=hard&questionType=multiple_choice&practical=true')).toEqual([id]);
    expect(await idsOf('difficulty=hard&practical=1')).toEqual([]);
    expect(await idsOf('difficulty=hard&practical=')).toEqual([]);
    expect(await idsOf('difficulty=hard&topic=&search=&questionType=&_t=1')).toEqual([id]);
    expect(await idsOf('topic=Streams')).toEqual([]);
    for (const query of ['search=x', 'difficulty=odd', 'questionType=odd', 'difficulty=easy&difficulty=hard']) {
      expect((await program.call('GET', `/api/questions?${query}`)).status).toBe(500);
    }
  });

  it('can be drawn at random, without choices', async () => {
    const { json } = await program.call('GET', '/api/questions/random');
    expect(json).not.toHaveProperty('choices');
    expect(json.isActive).toBe(true);
    await program.sql.query('UPDATE questions SET is_active = false');
    const none = await program.call('GET', '/api/questions/random');
    expect([none.status, none.json.message]).toEqual([404, 'No active questions found in database.']);
  });
});

describe('answers', () => {
  it('reveal all choices and keywords, with empty values in place of null', async () => {
    const id = await addQuestion(program.sql, { good: 2, wrong: 4 });
    const { json } = await program.call('GET', `/api/answers/${id}`);
    expect(Object.keys(json)).toEqual(['questionId', 'answer', 'choices', 'matchKeywords']);
    expect([json.questionId, json.answer, json.matchKeywords, json.choices.length]).toEqual([id, '', [], 6]);
    expect(Object.keys(json.choices[0])).toEqual(['id', 'questionId', 'choiceText', 'isGood', 'explanation']);
  });
});
