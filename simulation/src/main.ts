/** Runs seeds one after the other and shows the story of the first that fails: `npm run simulate -- [--seed N] [--seeds N] [--from N] [--planted NAME]`. */
import { parseArgs } from 'node:util';
import { isPlantedBug, type PlantedBug, plantedBugs } from './planted.ts';
import { simulate } from './simulate.ts';
import { commandFor, toReport } from './report.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, seeds: { type: 'string' }, from: { type: 'string' }, planted: { type: 'string' } },
});
const planted = toPlantedBug(values.planted);
if (values.seed !== undefined) {
  const outcome = await simulate({ seed: Number(values.seed), planted, tells: true });
  process.stdout.write(toReport(outcome, planted));
  process.exitCode = outcome.problems.length === 0 ? 0 : 1;
} else await runMany(Number(values.from ?? 1), Number(values.seeds ?? 1_000));

function toPlantedBug(name: string | undefined): PlantedBug | undefined {
  if (name === undefined || isPlantedBug(name)) return name;
  process.stderr.write(`There is no planted bug "${name}". There are: ${Object.keys(plantedBugs).join(', ')}.\n`);
  return process.exit(2);
}

async function runMany(from: number, count: number): Promise<void> {
  const startedAt = performance.now();
  let [virtualMs, events] = [0, 0];
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await simulate({ seed, planted });
    virtualMs += outcome.virtualMs;
    events += outcome.events;
    if (outcome.problems.length === 0) continue;
    process.stdout.write(`Seed ${seed} fails after ${seed - from} that did not:\n`);
    for (const problem of outcome.problems) process.stdout.write(`  ${problem}\n`);
    process.stdout.write(`See what happened: ${commandFor(seed, planted)}\n`);
    process.exitCode = 1;
    return;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  process.stdout.write(
    `${count} seeds, ${events} events, nothing lost, doubled, disordered, half done or stuck: ${seconds.toFixed(1)} s, ` +
      `${(count / seconds).toFixed(0)} seeds/s, ${Math.round(virtualMs / 1_000 / seconds)} times real time\n`,
  );
}
