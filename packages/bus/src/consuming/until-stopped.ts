/** A loop that outlives what goes wrong in it: pauses, longer each time, tells when it begins and when it is over. */
import { type Clock, type Random } from '../clock.ts';
import { report } from '../report.ts';
import { withJitter } from '../retry-policy.ts';
import { messageOf } from './consumer-context.ts';

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** Does the work again and again until `stopping` is aborted; an error only pauses it, 100 ms to 5 s. */
export async function untilStopped(
  context: { readonly group: string; readonly clock: Clock; readonly random: Random; readonly stopping: AbortSignal },
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  const { group, clock, random, stopping } = context;
  for (let failures = 0; !stopping.aborted;) {
    try {
      await work();
      if (failures > 0) report('info', `bus.${what}.back`, 'The consumer goes on', { group, failures });
      failures = 0;
    } catch (error) {
      if (stopping.aborted) return reportLast(group, what, error);
      if (failures === 0) report('warn', `bus.${what}.away`, 'The consumer pauses and tries again', { group, error: messageOf(error) });
      failures += 1;
      await clock.wait(withJitter(Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)), random), stopping);
    }
  }
}

function reportLast(group: string, what: string, error: unknown): void {
  report('debug', `bus.${what}.stopped`, 'The last call before the stop failed; what it was about comes again', {
    group,
    error: messageOf(error),
  });
}
