import { join } from 'node:path';
import { plantFault } from '@banyan/proof/planted-fault';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeLearn, type NodeLearnUnderTraffic, startUnderTraffic } from './testing/node-learn-under-traffic.ts';

let underTraffic: NodeLearnUnderTraffic;
beforeAll(async () => {
  const stages = [
    ['auth', 'replicating'],
    ['question', 'canary'],
    ['quiz', 'replicating'],
  ] as const;
  underTraffic = await startUnderTraffic(stages, { rate: 15, mix: 'demo' });
}, 300_000);
afterAll(() => underTraffic?.stop(), 60_000);

/** F1 and F2 of the specification, in the code of the program itself. */
function quizWithFaults() {
  const moduleOf = (name: string) => join(nodeLearn, 'services/quiz/dist', name);
  const added = (verdict: string, column: string) => ({
    module: moduleOf('recording/recorded-answer.js'),
    text: `${column} = stat.${column} + case when ${verdict} then 1 else 0 end`,
    replacement: `${column} = case when ${verdict} then 1 else 0 end`,
  });
  return plantFault({
    name: 'F1: counts are overwritten; F2: the badges awarded are always []',
    changes: [
      added('$5::boolean', 'correct_count'),
      added('not $5::boolean', 'incorrect_count'),
      {
        module: moduleOf('stats/stats.controller.js'),
        text: 'return { success: true, awardedAchievements };',
        replacement: 'return { success: true, awardedAchievements: [] };',
      },
    ],
  });
}

test('a quiz that overwrites counts and never tells badges is caught at both, beside its neighbours and a monolith that gives them', async () => {
  const evidence = await underTraffic.rehearse('quiz', quizWithFaults());
  expect(evidence.asRecorded).toBeGreaterThanOrEqual(20);
  expect(evidence.announced).toBeGreaterThan(0);
  expect(evidence.callsRefused).toBe(0);
  const caught = evidence.samples.map(({ of, where, kind }) => `${of}: ${where} ${kind}`);
  expect(caught).toContain('answer: POST /api/stats/record awardedAchievements missing-element');
  expect(caught).toContainEqual(expect.stringMatching(/^row: public\.user_question_stats (in)?correct_count.* changed$/));
}, 400_000);
