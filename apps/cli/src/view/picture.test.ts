import { expect, test } from 'vitest';
import { drawPicture, type Picture } from './picture.ts';
import { visibleLength } from '../output.ts';

const picture: Picture = {
  title: 'Node-Learn at http://localhost:3000',
  elapsedS: 125,
  memoryMb: 480,
  requestsPerSecond: { monolith: 75, auth: 25 },
  traffic: { asked: 12_345, failed: 1, unknown: 2, p99Ms: 41.6 },
  extractions: [
    {
      name: 'auth',
      stages: ['planned', 'replicating', 'shadow', 'canary', 'owner', 'retired'],
      stage: 'canary',
      sharePercent: 50,
      next: 'canary 100 %',
      gates: [{ name: 'shadow', status: 'wait', message: '12 of 50 answers compared.' }],
      flow: { from: 'monolith', to: 'auth', state: 'following', lagMs: 3.4 },
      verified: { rows: 65, differing: 1, ageS: 12.2 },
      shadow: { compared: 1_200, mismatches: 0 },
      requestsPerSecond: { monolith: 10, auth: 12 },
    },
    {
      name: 'quiz',
      stages: ['planned', 'replicating', 'shadow', 'canary', 'owner', 'retired'],
      stage: 'shadow',
      sharePercent: 0,
      next: 'canary 10 %',
      gates: [{ name: 'shadow', status: 'wait', message: '7 of 100 answers compared.' }],
      flow: undefined,
      verified: undefined,
      shadow: { compared: 93, mismatches: 4 },
      requestsPerSecond: {},
    },
  ],
  chosen: 'auth',
  busyWith: 'advance auth',
  events: ['12:00:00 auth begun: shadow -> canary 10 %'],
  keys: 'a advance',
};

test('shows stage, rates, lag, verified rows, mismatches and what the next step waits for', () => {
  const text = drawPicture(picture, { columns: 200 }).join('\n');
  for (const part of ['02:05', '480 MB', '75.0/s', '12,345 requests', '3 failed', 'p99 42 ms', 'canary 50 %', '3 ms behind', '65 rows, '])
    expect(text).toContain(part);
  for (const part of [
    '1 differ',
    '1,200 compared',
    '0 mismatches',
    '12 of 50 answers compared.',
    'advance auth …',
    'shadow -> canary 10 %',
  ])
    expect(text).toContain(part);
});

test('an extraction that is not chosen takes one line, with what is wrong about it', () => {
  const [line, ...others] = drawPicture(picture, { columns: 200 }).filter((it) => it.includes('quiz'));
  expect(line).toContain('2 quiz');
  expect(line).toContain('4 mismatches');
  expect(others).toEqual([]);
  const chosen = drawPicture({ ...picture, chosen: 'quiz' }, { columns: 200 }).join('\n');
  expect(chosen).toContain('7 of 100 answers compared.');
  expect(chosen).not.toContain('12 of 50 answers compared.');
});

test('no line is wider than the terminal', () => {
  for (const line of drawPicture(picture, { columns: 40 })) expect(visibleLength(line)).toBeLessThanOrEqual(40);
});

test('a picture of eight extractions fits on 23 lines, with what is chosen, what it waits for, and the keys', () => {
  const [auth, quiz] = picture.extractions;
  const names = ['question', 'achievement', 'leaderboard', 'admin', 'maintenance', 'rest'];
  const planned = names.map((name) => ({ ...quiz!, name, stage: 'planned' }));
  const passing = Array.from({ length: 6 }, (_, number) => ({ name: `gate ${number}`, status: 'pass' as const, message: 'held' }));
  const large: Picture = {
    ...picture,
    requestsPerSecond: Object.fromEntries(['monolith', 'auth', 'quiz', ...names].map((name) => [name, 12.5])),
    extractions: [{ ...auth!, gates: [...passing, ...auth!.gates] }, quiz!, ...planned],
    events: Array.from({ length: 8 }, (_, number) => `event ${number}`),
  };
  expect(drawPicture(large, { columns: 200 }).length).toBeGreaterThan(40);
  const lines = drawPicture(large, { columns: 200, rows: 23 });
  expect(lines.length).toBeLessThanOrEqual(23);
  const text = lines.join('\n');
  for (const part of ['canary 50 %', '12 of 50 answers compared.', '6 of 7 gates pass', 'event 7', 'rest', 'a advance'])
    expect(text).toContain(part);
  expect(drawPicture(large, { columns: 200, rows: 10 }).at(-1)).toContain('a advance');
  expect(drawPicture(large, { columns: 200, rows: 10 })).toHaveLength(10);
});
