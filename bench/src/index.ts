/** Side-by-side benchmarks against peers and raw limits: `node bench/dist/index.js <name> [--json FILE] [--rounds N]`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderRows, type Benchmark } from './benchmark.ts';

/** Every benchmark by the word it is called with; loaded only when asked for. */
const benchmarks: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  append: () => import('./append.ts'),
  cutover: () => import('./cutover.ts'),
  gateway: () => import('./gateway.ts'),
  outbox: () => import('./outbox.ts'),
  rabbitmq: () => import('./rabbitmq.ts'),
  saga: () => import('./saga.ts'),
};

const asked = readOptions();
if (asked === undefined) {
  process.stderr.write(`Usage: npm run bench -- <${Object.keys(benchmarks).join(' | ')}> [--json FILE] [--rounds N]\n`);
  process.exitCode = 2;
} else {
  await runBenchmark(asked).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

interface Asked {
  readonly name: string;
  readonly json: string | undefined;
  readonly rounds: number | undefined;
}

/** Undefined for what nobody can be meant by. */
function readOptions(): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'string' }, rounds: { type: 'string' } },
    });
    const [name = ''] = positionals;
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    const isKnown = Object.hasOwn(benchmarks, name) && (rounds === undefined || (Number.isSafeInteger(rounds) && rounds > 0));
    return isKnown ? { name, json: values.json, rounds } : undefined;
  } catch {
    return undefined;
  }
}

async function runBenchmark({ name, json, rounds }: Asked): Promise<void> {
  const { benchmark } = await benchmarks[name]!();
  process.stdout.write(`${benchmark.title}\n`);
  const rows = await benchmark.run({ rounds: rounds ?? benchmark.rounds, say: (line) => process.stdout.write(`  ${line}\n`) });
  process.stdout.write(renderRows(rows));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, undefined, 2)}\n`);
}
