// Many seeds without a finding, the same seed the same run, and every planted bug found within so many seeds.
import { describe, expect, test } from 'vitest';
import { type PlantedBug, plantedBugs } from './planted.ts';
import { commandFor, toReport } from './report.ts';
import { simulate } from './simulate.ts';

const seeds = Number(process.env['BANYAN_SIMULATION_SEEDS'] ?? '200'); // more with the variable, or with `npm run simulate`
const from = Number(process.env['BANYAN_SIMULATION_FROM'] ?? '1');

describe('the whole way of events and sagas among faults', () => {
  test('nothing is lost, doubled, disordered, half done or stuck', async () => {
    for (let seed = from; seed < from + seeds; seed += 1) {
      const { problems } = await simulate({ seed });
      expect(problems, `see what happened: ${commandFor(seed)}`).toEqual([]);
    }
  }, 1_200_000);

  test('goes the same way again with the same seed, to the last line of its story', async () => {
    const [one, other] = [await simulate({ seed: 7, tells: true }), await simulate({ seed: 7, tells: true })];
    expect(one.story.length).toBeGreaterThan(50);
    expect(other).toEqual(one);
  });
});

/** Within so many seeds, counted from the first. */
const foundWithin: Readonly<Record<PlantedBug, readonly [seeds: number, finding: RegExp]>> = {
  'relay-deletes-first': [20, /was committed as .* and is in the log as/],
  'relay-has-a-cursor': [100, /is stuck in its outbox/],
  'inbox-after-effect': [20, /had its effect twice/],
  'settles-first': [20, /had no effect/],
  'overtakes-deferred': [20, /was handled in the order/],
  'sequence-before-lock': [100, /was numbered/],
  'fill-without-lock': [300, /the copy of/],
  'armed-after-action': [400, /is compensated and left withdrawn, reserved/],
  'lease-without-fence': [300, /was committed before under the same id/],
  'position-apart': [100, /was committed before under the same id/],
};

describe('the checker', () => {
  test.for(Object.entries(foundWithin) as [PlantedBug, readonly [number, RegExp]][])(
    'finds "%s"',
    { timeout: 600_000 },
    async ([planted, [within, finding]], { expect }) => {
      const findings: string[] = [];
      for (let seed = 1; seed <= within && findings.length === 0; seed += 1) {
        const { problems } = await simulate({ seed, planted });
        findings.push(...problems.filter((problem) => finding.test(problem)));
      }
      expect(findings, plantedBugs[planted]).not.toEqual([]);
    },
  );

  test('tells what happened and how to see it again', async () => {
    const outcome = await simulate({ seed: 1, planted: 'relay-deletes-first', tells: true });
    const report = toReport(outcome, 'relay-deletes-first');
    expect(report).toContain('Again: npm run simulate -- --seed 1 --planted relay-deletes-first');
    expect(report).toMatch(/s {2}committed answer\.recorded answer-1 #1 of \/quiz/);
    for (const problem of outcome.problems) expect(report).toContain(problem);
  });
});
