/** What a rehearsal excuses and what it does not, judged from answers alone. */
import { describe, expect, it } from 'vitest';
import type { RecordedWrite } from './recorded-write.ts';
import { AnswerJudge, type AnswerJudgement, type CapturedAnswer, fieldOfBody } from './replay.ts';

function json(value: unknown, status = 201): CapturedAnswer {
  return { status, headers: ['content-type', 'application/json'], body: Buffer.from(JSON.stringify(value)) };
}

const route = 'POST /visits';
const write: RecordedWrite = { route, method: 'POST', path: '/visits', headers: [], startedMs: 1, status: 201 };
/** A judge of answers to writes that are all alike. */
const judge = () => {
  const one = new AnswerJudge('salt');
  return {
    learn: (owner: CapturedAnswer, ownerAgain: CapturedAnswer) => one.learn({ write, owner, ownerAgain, candidate: 'none' }),
    judge: (owner: CapturedAnswer, ownerAgain: CapturedAnswer, candidate: CapturedAnswer | string): AnswerJudgement =>
      one.judge({ write, owner, ownerAgain, candidate }),
    rules: () => one.rules(),
  };
};
const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;

describe('AnswerJudge', () => {
  it('finds equal what is equal', () => {
    expect(judge().judge(json({ id: 1 }), json({ id: 1 }), json({ id: 1 }))).toEqual({ outcome: 'equal', findings: [] });
  });

  it('explains what varies between two copies of the monolith, with a single write to learn from', () => {
    const judged = judge().judge(json({ id: 1, at: at(1) }), json({ id: 1, at: at(2) }), json({ id: 1, at: at(3) }));
    expect(judged.outcome).toBe('explained');
  });

  it('explains by what it has learned from the route where both copies agree by chance', () => {
    const learned = judge();
    for (let turn = 0; turn < 5; turn++) learned.learn(json({ id: turn, at: at(turn) }), json({ id: turn, at: at(turn + 1) }));
    expect(learned.judge(json({ id: 9, at: at(1) }), json({ id: 9, at: at(1) }), json({ id: 9, at: at(2) })).outcome).toBe('explained');
    expect([...learned.rules()]).toMatchObject([[route, [{ path: 'at', kind: 'value' }]]]);
  });

  it.each([
    ['another value in a field that did not vary', { id: 2, at: at(3), list: [1] }, 201, 'id', 'value'],
    ['another form of a value that did', { id: 1, at: 'yesterday', list: [1] }, 201, 'at', 'value'],
    ['an empty list', { id: 1, at: at(3), list: [] }, 201, 'list', 'length'],
    ['another status', { id: 1, at: at(3), list: [1] }, 200, 'status', 'status'],
    ['a field that is not there', { id: 1, list: [1] }, 201, 'at', 'missing'],
  ])('does not explain %s', (_what, candidate, status, path, kind) => {
    const judged = judge().judge(json({ id: 1, at: at(1), list: [1] }), json({ id: 1, at: at(2), list: [1] }), json(candidate, status));
    expect(judged.findings).toMatchObject([{ path, kind }]);
  });

  it('counts no answer as a difference, and keeps no secret', () => {
    expect(judge().judge(json({}), json({}), 'ECONNREFUSED').findings).toMatchObject([{ kind: 'unanswered', candidate: 'ECONNREFUSED' }]);
    const [finding] = judge().judge(
      json({ email: 'ada@example.org' }),
      json({ email: 'ada@example.org' }),
      json({ email: 'eve@example.org' }),
    ).findings;
    expect(`${finding?.owner}${finding?.candidate}`).not.toMatch(/ada|eve/);
  });
});

describe('what a route declares to announce', () => {
  const badge = (id: number) => ({ id, title: `Badge ${id}` });
  const answer = (...ids: number[]) => json({ success: true, awarded: ids.map(badge) });
  const of = (userId: number, token?: number): RecordedWrite => ({
    ...write,
    ...(token === undefined ? {} : { headers: ['Authorization', `Bearer e30.${Buffer.from(`{"sub":${token}}`).toString('base64url')}.x`] }),
    body: Buffer.from(JSON.stringify({ userId })).toString('base64'),
  });
  /** Which of the answers differ, and in what. */
  const findings = (told: readonly [RecordedWrite, CapturedAnswer, CapturedAnswer][], rule = true): string[] => {
    const one = new AnswerJudge('salt', rule ? { [route]: { announces: { field: 'awarded', to: 'userId' } } } : {});
    const answered = told.map(([by, owner, candidate]) => ({ write: by, owner, ownerAgain: owner, candidate }));
    for (const it of answered) one.learn(it);
    return answered.flatMap((it, at) => one.judge(it).findings.map(({ kind, path }) => `${at}: ${path} ${kind}`));
  };

  it('is compared by id, and is enough once where the owner has told it twice, to the same user', () => {
    const crossed: [RecordedWrite, CapturedAnswer, CapturedAnswer][] = [
      [of(9, 7), answer(1, 4), answer(4, 1)],
      [of(7), answer(1), answer()],
    ];
    expect(findings(crossed)).toEqual([]);
    expect(findings(crossed, false)).toEqual(['0: awarded order', '1: awarded missing-element']);
  });

  it.each<[string, [RecordedWrite, CapturedAnswer, CapturedAnswer][], string[]]>([
    ['told once, and never by the service', [[of(7), answer(1), answer()]], ['0: awarded missing-element']],
    [
      'told twice, and never by the service',
      [of(7), of(7)].map((by) => [by, answer(1), answer()]),
      ['0: awarded missing-element', '1: awarded missing-element'],
    ],
    [
      'told to two users, and by the service to one',
      [
        [of(7), answer(1), answer(1)],
        [of(8), answer(1), answer()],
      ],
      ['1: awarded missing-element'],
    ],
    [
      'told once, and twice by the service',
      [
        [of(7), answer(1), answer(1)],
        [of(7), answer(), answer(1)],
      ],
      ['1: awarded extra-element'],
    ],
    ['doubled in one answer', [[of(7), answer(1), answer(1, 1)]], ['0: awarded doubled-element']],
  ])('does not excuse what is %s', (_what, told, found) => {
    expect(findings(told)).toEqual(found);
  });
});

describe('a field of a recorded body', () => {
  it.each<[string | undefined, string | undefined]>([
    ['{"userId":7}', '7'],
    ['{"userId":"7"}', '7'],
    ['{"userId":null}', 'null'],
    ['{"other":7}', undefined],
    ['[7]', undefined],
    ['userId=7', undefined],
    [undefined, undefined],
  ])('of %s is %s', (body, expected) => {
    expect(fieldOfBody(body === undefined ? {} : { body: Buffer.from(body).toString('base64') }, 'userId')).toBe(expected);
  });
});
