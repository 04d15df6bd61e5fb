/** What an owner makes up where there is nothing to show explains that and nothing else: a wrong name on a real row is caught. */
import { describe, expect, it } from 'vitest';
import type { RouteShadowReport } from '../shadow-report.ts';
import { Comparison } from './comparison.ts';
import { Redactor } from './redact.ts';
import type { CapturedAnswer, ShadowSample } from './sample.ts';

const compare = { invented: { where: { user_id: 0 }, fields: ['username', 'achieved_at'] } };

interface Place {
  readonly quiz_mode_id: number | string;
  readonly position: number;
  readonly user_id: number;
  readonly username: string | null;
  readonly achieved_at: string;
}

const real: readonly Place[] = [
  { quiz_mode_id: 1, position: 1, user_id: 5, username: 'Ada Real', achieved_at: '2026-01-01T00:00:00.000Z' },
  { quiz_mode_id: 1, position: 2, user_id: 7, username: 'Bo Real', achieved_at: '2026-01-01T00:00:00.000Z' },
];
let made = 0;
const fillers = (from: number): Place[] =>
  Array.from({ length: 7 - from }, (_, index) => {
    made += 1;
    return {
      quiz_mode_id: '1',
      position: from + index,
      user_id: 0,
      username: `Filler ${made}`,
      achieved_at: new Date(1.7e12 + made * 1_000).toISOString(),
    };
  });
const board = (): Place[] => [...real, ...fillers(3)];

function json(value: unknown): CapturedAnswer {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(text.length), 'ETag', `"${made} ${text.length}"`];
  return { status: 200, headers, body: Buffer.from(text) };
}

let lastId = 0;

/** One comparison, asked again as long as it wants; `taught` pairs of equal boards come before it. */
function judge(candidate: unknown, { owner = board(), taught = 0 }: { owner?: unknown; taught?: number } = {}): RouteShadowReport {
  const comparison = new Comparison({ state: {}, redactor: new Redactor('salt'), samplesMin: 5, keepMs: 1e9, nowMs: () => 0 });
  const take = (rest: Partial<ShadowSample>, shown: unknown, of: unknown = board()) => {
    const again = Array.isArray(of)
      ? [...of.filter(({ user_id }: Place) => user_id !== 0), ...fillers(of.filter(({ user_id }: Place) => user_id !== 0).length + 1)]
      : of;
    const fixed = {
      route: 'r',
      scope: 's',
      method: 'GET',
      path: '/',
      failure: undefined,
      list: undefined,
      quiet: true,
      confirms: false,
      compare,
    };
    return comparison.take({ id: (lastId += 1), ...fixed, owner: json(of), candidate: json(shown), again: json(again), ...rest }, 'w');
  };
  for (let turn = 0; turn < taught; turn += 1) take({}, board());
  const id = lastId + 1;
  for (let wants = take({ id }, candidate, owner); wants;) wants = take({ id, confirms: true }, candidate, owner);
  return comparison.report().routes['r']!;
}

const changed = (at: number, change: Partial<Place>) => board().map((place, index) => (index === at ? { ...place, ...change } : place));

describe('what is made up for each answer', () => {
  it('explains other names and times from the first answer on, and says by which rule', () => {
    const { mismatches, excused, rules } = judge(board());
    expect({ mismatches, excused }).toEqual({ mismatches: 0, excused: 1 });
    expect(rules.map(({ path, kind, varied }) => [path, kind, varied])).toEqual([
      ['username', 'invented', 1],
      ['achieved_at', 'invented', 1],
    ]);
    expect(rules[0]?.declared).toContain('user_id 0');
  });

  it('is explained where nobody has been seen before, and nothing is learned from it', () => {
    expect(judge(fillers(1), { owner: fillers(1) })).toMatchObject({ mismatches: 0, excused: 1 });
    expect(judge(fillers(1), { owner: fillers(1), taught: 50 })).toMatchObject({ mismatches: 0, excused: 51 });
  });

  it.each<[string, () => unknown]>([
    ['a wrong name on a real row', () => changed(0, { username: 'Eve Wrong' })],
    ['no name on a real row', () => changed(1, { username: null })],
    ['another time on a real row', () => changed(1, { achieved_at: '2026-01-02T00:00:00.000Z' })],
    ['a real row shown as made up', () => [real[0], ...fillers(2)]],
    ['a made-up row shown as real', () => changed(2, { user_id: 9 })],
    ['a made-up row too many', () => [...board(), ...fillers(6)]],
    ['a made-up row too few', () => board().slice(0, 5)],
    ['a made-up name that is none', () => changed(2, { username: '' })],
    ['a made-up name that is null', () => changed(2, { username: null })],
    ['a made-up time that is none', () => changed(2, { achieved_at: 'yesterday' })],
    ['a field of a made-up row that is not made up', () => changed(2, { quiz_mode_id: 1 })],
    ['a field of a made-up row under another name', () => board().map(({ username, ...place }) => ({ ...place, name: username }))],
    ['the order of fields', () => board().map(({ username, ...place }) => ({ username, ...place }))],
    ['spacing', () => JSON.stringify(board(), undefined, 1)],
  ])('%s is caught, however much has been seen', (_what, candidate) => {
    for (const taught of [10, 200]) expect(judge(candidate(), { taught })).toMatchObject({ mismatches: 1 });
  });
});
