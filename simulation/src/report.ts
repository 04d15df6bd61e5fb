/** What is shown of a run: its story, what was found, and how to see it again. */
import type { PlantedBug } from './planted.ts';
import type { Outcome } from './simulate.ts';

export function toReport({ seed, story, problems }: Outcome, planted?: PlantedBug): string {
  const found = problems.length === 0 ? ['Nothing was found.'] : ['What was found:', ...problems.map((problem) => `  ${problem}`)];
  return `${[...story, '', ...found, `Again: ${commandFor(seed, planted)}`].join('\n')}\n`;
}

export function commandFor(seed: number, planted?: PlantedBug): string {
  return `npm run simulate -- --seed ${seed}${planted === undefined ? '' : ` --planted ${planted}`}`;
}
