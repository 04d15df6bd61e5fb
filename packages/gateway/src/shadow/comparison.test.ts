/** Noise is learned from the owner against itself and never explains what it must not. */
import { describe, expect, it } from 'vitest';
import { Comparison } from './comparison.ts';
import { Redactor } from './redact.ts';
import type { CapturedAnswer, ShadowSample } from './sample.ts';

const samplesMin = 20;
let lastId = 0;

function createComparison(): Comparison {
  return new Comparison({ state: {}, redactor: new Redactor('salt'), samplesMin, keepMs: 1_000, nowMs: () => 0 });
}

function json(value: unknown, status = 200, headers: string[] = []): CapturedAnswer {
  return { status, headers: ['Content-Type', 'application/json; charset=utf-8', ...headers], body: Buffer.from(JSON.stringify(value)) };
}

function sample(
  owner: CapturedAnswer,
  candidate: CapturedAnswer | undefined,
  again?: CapturedAnswer,
  rest: Partial<ShadowSample> = {},
): ShadowSample {
  lastId += 1;
  return {
    id: lastId,
    route: 'r',
    scope: undefined,
    method: 'GET',
    path: '/r',
    owner,
    candidate,
    failure: candidate === undefined ? 'ECONNREFUSED' : undefined,
    again,
    compare: undefined,
    list: undefined,
    quiet: true,
    confirms: false,
    ...rest,
  };
}

/** Teaches with owner pairs; the candidate equals the owner. */
function teach(comparison: Comparison, answer: (turn: number) => unknown, turns = 40): void {
  for (let turn = 0; turn < turns; turn++) {
    const owner = json(answer(turn * 2));
    comparison.take(sample(owner, owner, json(answer(turn * 2 + 1))), 'w');
  }
}

/** Shows a pair and, when asked, confirms it with the same pair and the owner unchanged. */
function show(comparison: Comparison, owner: unknown, candidate: unknown, ownerAgain: unknown = owner): void {
  const first = sample(json(owner), json(candidate));
  if (comparison.take(first, 'w'))
    comparison.take({ ...sample(json(owner), json(candidate), json(ownerAgain)), id: first.id, confirms: true }, 'w');
}

function shuffled<Item>(items: readonly Item[], turn: number): Item[] {
  return items
    .map((item, at) => ({ item, key: Math.sin((at + 1) * (turn + 1) * 12.9898) }))
    .toSorted((one, two) => one.key - two.key)
    .map(({ item }) => item);
}

const questions = Array.from({ length: 8 }, (_, at) => ({
  id: at + 1,
  question: `Question ${at + 1}`,
  topic: at % 2 === 0 ? 'node' : 'sql',
}));
const board = (turn: number): unknown[] => [
  { quiz_mode_id: 1, position: 1, user_id: 5, correct_answers: 9, username: 'Ada Real' },
  { quiz_mode_id: 1, position: 2, user_id: 7, correct_answers: 4, username: 'Bo Real' },
  ...[3, 4, 5, 6].map((position) => ({
    quiz_mode_id: '1',
    position,
    user_id: 0,
    correct_answers: 0,
    username: `Filler ${turn * 7 + position}`,
  })),
];

describe('list order as noise', () => {
  it('explains another order of the same elements', () => {
    const comparison = createComparison();
    teach(comparison, (turn) => shuffled(questions, turn));
    show(comparison, questions, questions.toReversed());
    const { mismatches, excused, rules } = comparison.report().routes['r']!;
    expect({ mismatches, excused }).toEqual({ mismatches: 0, excused: 1 });
    expect(rules).toMatchObject([{ path: '', kind: 'order' }]);
  });

  it('does not explain a missing question', () => {
    const comparison = createComparison();
    teach(comparison, (turn) => shuffled(questions, turn));
    show(comparison, questions, shuffled(questions, 3).slice(1));
    expect(comparison.report().routes['r']!).toMatchObject({ mismatches: 1, groups: [{ kind: 'missing-element', count: 1 }] });
  });

  it('does not explain a doubled question', () => {
    const comparison = createComparison();
    teach(comparison, (turn) => shuffled(questions, turn));
    show(comparison, questions, [...questions.slice(1), questions[1]]);
    const { mismatches, groups } = comparison.report().routes['r']!;
    expect(mismatches).toBe(1);
    expect(groups.map(({ kind }) => kind).toSorted()).toEqual(['doubled-element', 'missing-element']);
  });

  it('does not explain a doubled scalar', () => {
    const comparison = createComparison();
    teach(comparison, (turn) => shuffled([1, 2, 3, 4, 5], turn));
    show(comparison, [1, 2, 3, 4, 5], [2, 2, 3, 4, 5]);
    expect(
      comparison
        .report()
        .routes['r']!.groups.map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['doubled-element', 'missing-element']);
  });

  it('does not explain a changed field of a moved element', () => {
    const comparison = createComparison();
    teach(comparison, (turn) => shuffled(questions, turn));
    show(
      comparison,
      questions,
      questions.toReversed().map((entry) => (entry.id === 3 ? { ...entry, topic: 'css' } : entry)),
    );
    expect(comparison.report().routes['r']!).toMatchObject({ mismatches: 1, groups: [{ path: '[].topic', kind: 'value' }] });
  });
});

describe('values as noise', () => {
  it('explains another filler name', () => {
    const comparison = createComparison();
    teach(comparison, board);
    show(comparison, board(1_000), board(2_000));
    const { mismatches, excused, rules } = comparison.report().routes['r']!;
    expect({ mismatches, excused }).toEqual({ mismatches: 0, excused: 1 });
    expect(rules).toMatchObject([{ path: '[].username', kind: 'value', onlyWhere: { user_id: ['0'] } }]);
  });

  it('does not explain a wrong name on a real row', () => {
    const comparison = createComparison();
    teach(comparison, board);
    const wrong = board(2_000).map((row, at) => (at === 0 ? { ...(row as object), username: 'Eve Wrong' } : row));
    show(comparison, board(1_000), wrong);
    expect(comparison.report().routes['r']!).toMatchObject({ mismatches: 1, groups: [{ path: '[].username', kind: 'value', count: 1 }] });
  });

  it('does not explain a wrong name on a real row when only fillers were ever seen', () => {
    const comparison = createComparison();
    teach(comparison, (turn) => board(turn).slice(2));
    const real = { quiz_mode_id: 1, position: 3, user_id: 9, correct_answers: 2, username: 'Cy Real' };
    show(comparison, [real, ...board(1).slice(3)], [{ ...real, username: 'Eve Wrong' }, ...board(2).slice(3)]);
    expect(comparison.report().routes['r']!).toMatchObject({ mismatches: 1 });
  });

  it('explains drawn elements but not fewer or doubled ones', () => {
    const bank = Array.from({ length: 9 }, (_, at) => ({ id: at + 1, questionId: 4, choiceText: `Choice ${at + 1}` }));
    const draw = (turn: number): unknown => ({ id: 4, choices: shuffled(bank, turn).slice(0, 4) });
    const comparison = createComparison();
    teach(comparison, draw);
    show(comparison, draw(500), draw(501));
    expect(comparison.report().routes['r']!).toMatchObject({ mismatches: 0, excused: 1 });
    show(comparison, draw(500), { id: 4, choices: bank.slice(0, 3) });
    show(comparison, draw(500), { id: 4, choices: [bank[0], bank[0], bank[1], bank[2]] });
    const { mismatches, groups } = comparison.report().routes['r']!;
    expect(mismatches).toBe(2);
    expect(new Set(groups.map(({ kind }) => kind))).toEqual(
      new Set(
        ['missing-element', 'extra-element', 'length', 'doubled-element'].filter((kind) => groups.some((group) => group.kind === kind)),
      ),
    );
    expect(groups.some(({ kind }) => kind === 'doubled-element')).toBe(true);
  });

  it('does not explain a value in a field that never varied, nor another form of one that did', () => {
    const comparison = createComparison();
    teach(comparison, (turn) => ({ id: 1, at: new Date(turn * 1_000).toISOString(), title: 'fixed' }));
    show(comparison, { id: 1, at: '2026-01-01T00:00:00.000Z', title: 'fixed' }, { id: 1, at: '2026-01-01T00:00:09.000Z', title: 'moved' });
    show(comparison, { id: 1, at: '2026-01-01T00:00:00.000Z', title: 'fixed' }, { id: 1, at: 'yesterday', title: 'fixed' });
    expect(
      comparison
        .report()
        .routes['r']!.groups.map(({ path }) => path)
        .toSorted(),
    ).toEqual(['at', 'title']);
  });

  it('never explains another status', () => {
    const comparison = createComparison();
    for (let turn = 0; turn < 40; turn++) comparison.take(sample(json({}, 200), json({}, 200), json({}, turn % 2 === 0 ? 500 : 200)), 'w');
    const first = sample(json({}, 200), json({}, 500));
    comparison.take(first, 'w');
    comparison.take({ ...sample(json({}, 200), json({}, 500)), id: first.id, confirms: true }, 'w');
    expect(comparison.report().routes['r']!).toMatchObject({ mismatches: 1, groups: [{ kind: 'status', cause: '200 became 500' }] });
  });
});

describe('judging', () => {
  it('has no rule before the stated minimum of samples, and decides afterwards', () => {
    const comparison = createComparison();
    const answer = (turn: number): unknown => ({ id: 1, nonce: turn });
    teach(comparison, answer, samplesMin - 2);
    expect(comparison.report().routes['r']!).toMatchObject({ noiseLearned: false, rules: [] });
    const first = sample(json(answer(900)), json(answer(901)));
    expect(comparison.take(first, 'w')).toBe(true);
    comparison.forget('w');
    expect(comparison.report().routes['r']!).toMatchObject({ undecided: 1, mismatches: 0 });
    teach(comparison, answer, 5);
    expect(comparison.report().routes['r']!).toMatchObject({
      undecided: 0,
      mismatches: 0,
      noiseLearned: true,
      rules: [{ path: 'nonce', kind: 'value' }],
    });
  });

  it('learns from the second asking what it had not seen before', () => {
    const comparison = createComparison();
    comparison.tally({ route: 'r', equal: 40, ownerEqual: 40, dropped: {} });
    for (let turn = 1; turn <= 4; turn++) show(comparison, { id: 1, nonce: turn }, { id: 1, nonce: -turn }, { id: 1, nonce: turn * 100 });
    expect(comparison.report().routes['r']!.rules).toMatchObject([{ path: 'nonce' }]);
    show(comparison, { id: 1, nonce: 70 }, { id: 1, nonce: 71 });
    expect(comparison.report().routes['r']!.excused).toBeGreaterThan(0);
  });

  it('counts a difference made during a write as lag when it is gone afterwards', () => {
    const comparison = createComparison();
    comparison.tally({ route: 'r', equal: 0, ownerEqual: samplesMin, dropped: {} });
    const first = sample(json({ name: 'new' }), json({ name: 'old' }), undefined, { quiet: false });
    comparison.take(first, 'w');
    comparison.take({ ...sample(json({ name: 'new' }), json({ name: 'new' })), id: first.id, confirms: true }, 'w');
    expect(comparison.report().routes['r']!).toMatchObject({ lagging: 1, mismatches: 0 });
  });

  it('counts a difference made in quiet although the second answer was right', () => {
    const comparison = createComparison();
    comparison.tally({ route: 'r', equal: 0, ownerEqual: samplesMin, dropped: {} });
    const first = sample(json({ name: 'right' }), json({ name: 'wrong' }));
    comparison.take(first, 'w');
    comparison.take({ ...sample(json({ name: 'right' }), json({ name: 'right' })), id: first.id, confirms: true }, 'w');
    expect(comparison.report().routes['r']!).toMatchObject({ lagging: 0, mismatches: 1 });
  });

  it('sees another key order, another number form and a changed header', () => {
    const comparison = createComparison();
    comparison.tally({ route: 'r', equal: 0, ownerEqual: samplesMin, dropped: {} });
    show(comparison, { a: 1, b: 2 }, { b: 2, a: 1 });
    show(comparison, { a: 1 }, { a: '1' });
    const owner = json({ a: 1 }, 200, ['X-Powered-By', 'Express']);
    comparison.take(sample(owner, json({ a: 1 })), 'w');
    comparison.forget('w');
    expect(
      comparison
        .report()
        .routes['r']!.groups.map(({ kind, path }) => `${kind} ${path}`)
        .toSorted(),
    ).toEqual(['body ', 'missing header:x-powered-by', 'type a']);
  });

  it('says when the candidate gave no answer, apart from mismatches', () => {
    const comparison = createComparison();
    comparison.take(sample(json({}), undefined), 'w');
    expect(comparison.report().routes['r']!).toMatchObject({
      compared: 0,
      unanswered: 1,
      mismatches: 0,
      groups: [{ kind: 'unanswered', cause: 'ECONNREFUSED' }],
    });
  });

  it('keeps no token, address or name', () => {
    const comparison = createComparison();
    comparison.tally({ route: 'r', equal: 0, ownerEqual: samplesMin, dropped: {} });
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.c2lnbmF0dXJl';
    show(
      comparison,
      { users: [{ id: 1, name: 'Ada Lovelace', email: 'ada@example.org', bio: 'ask ada@example.org' }], token },
      { users: [{ id: 1, name: 'Grace Hopper', email: 'grace@example.org', bio: 'x' }], token: `${token}x` },
    );
    show(comparison, [{ id: 1, name: 'Ada Lovelace', email: 'ada@example.org' }], []);
    const text = JSON.stringify(comparison.report());
    expect(text).not.toMatch(/Ada Lovelace|Grace Hopper|ada@example|grace@example|eyJhbGci/);
    expect(text).toMatch(/#[0-9a-f]{10}/);
  });
});
