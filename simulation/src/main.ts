/** Runs seeds one after the other and shows the story of the first that fails: `npm run simulate -- [--seed N] [--seeds N] [--from N] [--planted NAME]`. */
import { parseArgs } from 'node:util';
import { isPlantedBug, type PlantedBug, plantedBugs } from './planted.ts';
import { simulate } from './simulate.ts';
import { commandFor, toReport } from './report.ts';

const usage = `npm run simulate -- [--seeds N] [--from N] [--planted NAME]   as many seeds, 1,000 unless told, from the first on
npm run simulate -- --seed N [--planted NAME]              one seed, with its story
Planted bugs: ${Object.keys(plantedBugs).join(', ')}
`;

const { values } = readOptions();
const planted = toPlantedBug(values.planted);
if (values.help === true) process.stdout.write(usage);
else if (values.seed !== undefined) {
  const outcome = await simulate({ seed: toNumber('seed', values.seed), planted, tells: true });
  process.stdout.write(toReport(outcome, planted));
  process.exitCode = outcome.problems.length === 0 ? 0 : 1;
} else await runMany(toNumber('from', values.from ?? '1'), toNumber('seeds', values.seeds ?? '1000'));

function readOptions() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ options: { seed: text, seeds: text, from: text, planted: text, help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function toPlantedBug(name: string | undefined): PlantedBug | undefined {
  if (name === undefined || isPlantedBug(name)) return name;
  return refuse(`There is no planted bug "${name}".`);
}

function toNumber(option: string, text: string): number {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : refuse(`--${option} is a whole number from 1 on, not "${text}".`);
}

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n${usage}`);
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
