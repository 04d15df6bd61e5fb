/** Process of one contestant: as many processes under way as it is asked for, each begun when the one before has ended. */
import { quantile } from '../benchmark.ts';
import type { Runner } from './runner.ts';
import type { Turn, TurnResult } from './turns.ts';

const [name = '', url = ''] = process.argv.slice(2);
const contestants: Readonly<Record<string, () => Promise<{ readonly startRunner: (url: string) => Promise<Runner> }>>> = {
  banyan: () => import('./banyan.ts'),
  dbos: () => import('./dbos.ts'),
};
const { startRunner } = await contestants[name]!();
const runner = await startRunner(url);
let keys = 0;

process.on('message', (turn: Turn) => {
  void takeTurn(turn).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');

async function takeTurn({ concurrency, forMs, withEffects }: Turn): Promise<TurnResult> {
  const durations: number[] = [];
  const startedAt = performance.now();
  const work = async (): Promise<void> => {
    while (performance.now() - startedAt < forMs) {
      const begunAt = performance.now();
      keys += 1;
      await runner.run(`${process.pid}-${keys}`, withEffects);
      durations.push(performance.now() - begunAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const tookMs = performance.now() - startedAt;
  return {
    ended: durations.length,
    perSecond: (durations.length / tookMs) * 1_000,
    p50Ms: quantile(durations, 0.5),
    p99Ms: quantile(durations, 0.99),
  };
}
