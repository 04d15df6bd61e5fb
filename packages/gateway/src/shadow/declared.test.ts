/** What a route declares as drawn or unordered explains that and nothing else, whatever the owner's noise looks like. */
import { describe, expect, it } from 'vitest';
import type { RouteShadowReport } from '../shadow-report.ts';
import { type PlantedFault, plantedFaults, QuestionBank, type ShownQuestion } from '../testing/question-bank.ts';
import { Comparison } from './comparison.ts';
import { Redactor } from './redact.ts';
import type { CapturedAnswer, DeclaredRules, ShadowSample } from './sample.ts';

type Route = 'list' | 'find' | 'random';
const rulesByRoute: Readonly<Record<Route, DeclaredRules>> = {
  list: { anyOrder: true, draws: ['choices'] },
  find: { draws: ['choices'] },
  random: { drawnFrom: '/api/questions', draws: ['choices'] },
};

function json(value: unknown, status = 200, headers: readonly string[] = []): CapturedAnswer {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const named = ['Content-Type', 'application/json', 'Content-Length', String(text.length), 'ETag', `"${text}"`, ...headers];
  return { status, headers: named, body: Buffer.from(text) };
}

/** The same question with at least one choice that is not shown: without that nothing has to be asked again. */
function findOthers(bank: QuestionBank, shown: ShownQuestion): ShownQuestion {
  const ids = new Set(shown.choices?.map(({ id }) => id));
  for (;;) {
    const found = bank.find(shown.id);
    if (found.choices?.some(({ id }) => !ids.has(id)) === true) return found;
  }
}

/** Both sides of a comparison, asked as a worker asks them. */
class Pair {
  readonly owner = new QuestionBank();
  readonly comparison = new Comparison({ state: {}, redactor: new Redactor('salt'), samplesMin: 5, keepMs: 1e9, nowMs: () => 0 });
  readonly candidate: QuestionBank;
  asked = 0;
  #lastId = 0;

  constructor(candidate: QuestionBank) {
    this.candidate = candidate;
  }

  ask(route: Route, id = 1, rest: Partial<ShadowSample> = {}): RouteShadowReport {
    this.#lastId += 1;
    let sample = this.#sample(route, id, { id: this.#lastId, ...rest });
    while (this.comparison.take(sample, 'worker')) {
      this.asked += 1;
      sample = this.#sample(route, id, { id: this.#lastId, confirms: true });
    }
    return this.report(route);
  }

  report(route: Route): RouteShadowReport {
    return this.comparison.report().routes[route]!;
  }

  #sample(route: Route, id: number, rest: Partial<ShadowSample>): ShadowSample {
    const of = (bank: QuestionBank) => json(route === 'list' ? bank.list() : route === 'random' ? bank.random() : bank.find(id));
    return {
      id: 0,
      route,
      scope: 'question',
      method: 'GET',
      path: '/',
      owner: of(this.owner),
      candidate: of(this.candidate),
      failure: undefined,
      again: of(this.owner),
      compare: rulesByRoute[route],
      list: route === 'random' ? json(this.owner.list()) : undefined,
      quiet: true,
      confirms: false,
      ...rest,
    };
  }
}

const times = (count: number, work: (turn: number) => void) => Array.from({ length: count }, (_, turn) => turn).forEach(work);

describe('a copy that draws as the owner does', () => {
  it('has no mismatch in 600 answers of each route, is asked again only until the owner has shown its parts, and the rules are shown', () => {
    const pair = new Pair(new QuestionBank());
    times(600, (turn) => {
      pair.ask('find', 1 + (turn % 8));
      pair.ask('list');
      pair.ask('random');
    });
    for (const route of ['find', 'list', 'random'] as const) {
      const { compared, mismatches, equal, excused, undecided, dropped } = pair.report(route);
      expect({ route, compared, mismatches, settled: equal + excused, undecided, dropped }).toEqual({
        route,
        compared: 600,
        mismatches: 0,
        settled: 600,
        undecided: 0,
        dropped: 0,
      });
    }
    expect(pair.asked).toBeLessThan(150);
    const settledAt = pair.asked;
    times(50, () => pair.ask('list'));
    expect(pair.asked).toBe(settledAt);
    expect(pair.report('list').rules.map(({ path, kind, declared }) => [path, kind, declared?.slice(0, 12)])).toEqual([
      ['', 'order', 'The elements'],
      ['choices', 'drawn', 'Each element'],
    ]);
    expect(pair.report('random').rules[0]).toMatchObject({
      kind: 'drawn',
      samples: 600,
      declared: expect.stringContaining('/api/questions') as string,
    });
  });

  it('is followed through edits: what was shown before an edit is not good after it', () => {
    const pair = new Pair(new QuestionBank());
    times(40, () => pair.ask('find', 2));
    pair.owner.edit(2);
    pair.candidate.edit(2);
    times(40, () => pair.ask('find', 2));
    expect(pair.report('find')).toMatchObject({ compared: 80, mismatches: 0 });
    // The copy goes on showing the old choices under the new question, as a cache would.
    const stale = pair.candidate.find(2);
    pair.owner.edit(2);
    pair.candidate.edit(2);
    const { choices } = stale;
    const report = pair.ask('find', 2, { candidate: json({ ...pair.owner.find(2), choices }) });
    expect(report).toMatchObject({ mismatches: 1 });
    expect(report.groups.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['extra-element']));
  });

  it('that lags behind a write is lagging; one whose question changed while it was asked again is dropped and counted', () => {
    const pair = new Pair(new QuestionBank());
    times(10, () => pair.ask('find', 2));
    pair.owner.edit(2);
    const behind = json(pair.candidate.find(2));
    pair.candidate.edit(2);
    pair.ask('find', 2, { quiet: false, candidate: behind });
    expect(pair.report('find')).toMatchObject({ mismatches: 0, lagging: 1 });
    const shown = pair.owner.find(4);
    const before = { owner: json(shown), again: undefined, candidate: json(findOthers(pair.candidate, shown)) };
    pair.owner.edit(4);
    pair.candidate.edit(4);
    pair.ask('find', 4, before);
    expect(pair.report('find')).toMatchObject({ mismatches: 0, droppedBy: { 'changed-meanwhile': 1 } });
  });
});

describe('planted faults', () => {
  const routeOf = (fault: PlantedFault): Route =>
    fault.includes('at random') ? 'random' : fault.includes('in the list') || fault.includes('from the list') ? 'list' : 'find';
  const kindsOf: Readonly<Record<PlantedFault, readonly string[]>> = {
    'a doubled choice': ['doubled-element'],
    'a foreign choice': ['extra-element'],
    'a choice of another question': ['extra-element'],
    'a choice that was changed': ['extra-element'],
    'a missing choice': ['length'],
    'one choice too many': ['length'],
    'no right choice': ['missing-element'],
    'a question missing from the list': ['missing-element'],
    'a question twice in the list': ['doubled-element', 'missing-element'],
    'an inactive question in the list': ['extra-element'],
    'an inactive question at random': ['extra-element'],
    'choices at random': ['extra-element'],
    'an old text at random': ['extra-element'],
  };

  it.each(plantedFaults)('%s is caught every time once the owner is known, after any amount of noise', (fault) => {
    const pair = new Pair(new QuestionBank(fault));
    const route = routeOf(fault);
    const sane = new Pair(new QuestionBank());
    // The owner is known well, and its noise has been learned.
    times(60, () =>
      pair.comparison.take(
        { ...sampleOf(sane, route), candidate: json(route === 'list' ? pair.owner.list() : pair.owner.find(1)) },
        'teacher',
      ),
    );
    const before = pair.report(route);
    times(20, () => pair.ask(route, 1));
    const { mismatches, groups } = pair.report(route);
    expect(mismatches - before.mismatches).toBe(20);
    expect(groups.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...kindsOf[fault]]));
  });

  it('choices that a list draws are compared in every one of its elements', () => {
    for (const fault of ['a doubled choice', 'a foreign choice', 'a missing choice', 'no right choice'] as const) {
      const pair = new Pair(new QuestionBank(fault));
      times(60, () => pair.comparison.take({ ...sampleOf(pair, 'list'), candidate: json(pair.owner.list()) }, 'teacher'));
      times(5, () => pair.ask('list'));
      expect([fault, pair.report('list').mismatches]).toEqual([fault, 5]);
    }
  });

  it('a comparison without the declaration would have learned to accept what the declared one catches', () => {
    const pair = new Pair(new QuestionBank('no right choice'));
    const undeclared = (candidate: QuestionBank): ShadowSample => ({
      ...sampleOf(pair, 'find'),
      candidate: json(candidate.find(1)),
      compare: undefined,
    });
    times(200, () => pair.comparison.take(undeclared(pair.owner), 'teacher'));
    const before = pair.report('find');
    times(20, () => pair.comparison.take(undeclared(pair.candidate), 'worker'));
    expect(pair.report('find').mismatches - before.mismatches).toBe(0);
    expect(pair.report('find').excused - before.excused).toBeGreaterThan(15);
  });

  function sampleOf(pair: Pair, route: Route): ShadowSample {
    const of = (bank: QuestionBank) => json(route === 'list' ? bank.list() : route === 'random' ? bank.random() : bank.find(1));
    const rest = {
      id: 1_000,
      route,
      scope: 'question',
      method: 'GET',
      path: '/',
      failure: undefined,
      quiet: true,
      confirms: false,
    } as const;
    const list = route === 'random' ? json(pair.owner.list()) : undefined;
    return { ...rest, owner: of(pair.owner), candidate: of(pair.owner), again: of(pair.owner), compare: rulesByRoute[route], list };
  }
});

describe('everything that is not drawn', () => {
  it.each<[string, (shown: Record<string, unknown>) => unknown, string]>([
    ['a value', (shown) => ({ ...shown, question: 'Other' }), 'value question'],
    ['a field that is missing', ({ question: _gone, ...shown }) => shown, 'missing question'],
    ['a field that is too many', (shown) => ({ ...shown, answer: 'secret' }), 'extra answer'],
    ['the order of fields', ({ id, ...shown }) => ({ ...shown, id }), 'body '],
    ['a drawn field that is no list', (shown) => ({ ...shown, choices: null }), 'type choices'],
    ['a drawn field that is missing', ({ choices: _gone, ...shown }) => shown, 'missing choices'],
    [
      'the order of fields of a drawn element',
      (shown) => ({ ...shown, choices: (shown['choices'] as { id: number }[]).map(({ id, ...rest }) => ({ ...rest, id })) }),
      'extra-element choices',
    ],
    ['spacing', (shown) => JSON.stringify(shown, undefined, 1), 'body '],
  ])('%s is still compared', (_what, change, expected) => {
    const pair = new Pair(new QuestionBank());
    times(60, () => pair.ask('find', 1));
    const { mismatches, groups } = pair.ask('find', 1, { candidate: json(change({ ...pair.owner.find(1) })) });
    expect(mismatches).toBe(1);
    expect(groups.map(({ kind, path }) => `${kind} ${path}`)).toContain(expected);
  });

  it('another status, another header and an own tag of an equal body too; tags and lengths of other draws and of empty bodies not', () => {
    const pair = new Pair(new QuestionBank());
    times(60, () => pair.ask('find', 1));
    const owner = json(pair.owner.find(1));
    pair.ask('find', 1, { candidate: json({ message: 'x' }, 500) });
    pair.ask('find', 1, { candidate: json(pair.owner.find(1), 200, ['X-More', '1']) });
    pair.ask('find', 1, {
      owner,
      candidate: { ...owner, headers: owner.headers.map((field) => (field === 'ETag' ? field : field.replace(/^".*"$/, '"other"'))) },
    });
    const empty = (tag: string): CapturedAnswer => ({ status: 304, headers: ['ETag', tag], body: Buffer.alloc(0) });
    pair.ask('find', 1, { owner: empty('"1"'), candidate: empty('"2"'), again: empty('"3"') });
    const { mismatches, groups } = pair.report('find');
    expect(mismatches).toBe(3);
    expect(groups.map(({ kind, path }) => `${kind} ${path}`)).toEqual(
      expect.arrayContaining(['status status', 'extra header:x-more', 'header header:etag']),
    );
  });

  it('refusals of a route that draws are compared as ever', () => {
    const pair = new Pair(new QuestionBank());
    pair.comparison.tally({ route: 'random', equal: 0, ownerEqual: 10, dropped: {} });
    const refusal = (message: string) => json({ message, error: 'Not Found', statusCode: 404 }, 404);
    times(10, () => pair.ask('random', 1, { owner: refusal('none'), candidate: refusal('none'), again: refusal('none') }));
    pair.ask('random', 1, { owner: refusal('none'), candidate: refusal('nothing'), again: refusal('none') });
    expect(pair.report('random')).toMatchObject({ compared: 11, equal: 10, mismatches: 1, groups: [{ path: 'message' }] });
  });
});
