import { join } from 'node:path';
import { plantFault } from '@banyan/proof/planted-fault';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeLearn, type NodeLearnUnderTraffic, startUnderTraffic } from './testing/node-learn-under-traffic.ts';

let underTraffic: NodeLearnUnderTraffic;
beforeAll(async () => {
  const stages = [
    ['auth', 'owner'],
    ['question', 'canary'],
    ['quiz', 'owner'],
    ['achievement', 'owner'],
    ['leaderboard', 'replicating'],
  ] as const;
  underTraffic = await startUnderTraffic(stages, { rate: 30, mix: 'proof' });
}, 300_000);
afterAll(() => underTraffic?.stop(), 60_000);

test(
  'posted runs leave the same boards on both sides, among answers and people who have just signed in',
  { timeout: 400_000 },
  async () => {
    const evidence = await underTraffic.rehearse('leaderboard');
    expect(evidence.samples).toEqual([]);
    expect(evidence).toMatchObject({ differing: 0, rows: { differing: 0 }, callsRefused: 0 });
    expect(evidence.writesByRoute?.['POST /api/leaderboard/update']).toBeGreaterThan(5);
    expect(evidence.rules).toContain('public.leaderboards.achieved_at varies in the monolith itself');
  },
);

/** Whether somebody who is on a board posts a worse result while writes are recorded is chance. */
const rehearsalsMax = 3;

test('a board that keeps the best result is caught by its rows', { timeout: 900_000 }, async () => {
  const module = join(nodeLearn, 'services/leaderboard/dist/boards/ranking.js');
  const keepsBest = { module, text: 'keepsBest && compare(run, own) >= 0', replacement: 'compare(run, own) >= 0' };
  const rehearse = () => underTraffic.rehearse('leaderboard', plantFault({ name: 'a worse result does not count', changes: [keepsBest] }));
  let evidence = await rehearse();
  for (let times = 1; evidence.rows.differing === 0 && times < rehearsalsMax; times += 1) evidence = await rehearse();
  expect(evidence.rows.differing).toBeGreaterThan(0);
  expect(evidence.samples.map(({ where }) => where)).toContainEqual(expect.stringMatching(/^public\.leaderboards /));
});
