/** What a controller in charge does all the time: keeps gateways on the stored routes, reads their counters, verifies, and mends. */

import { setTimeout as delay } from 'node:timers/promises';
import { causeText } from '@banyan/migration/errors';
import type { Report } from '@banyan/migration/mover';
import type { Follows } from '@banyan/migration/state';
import type { Logger } from '@banyan/telemetry';
import type { ControllerConfig } from '../config.ts';
import type { Parts } from './assemble.ts';

export interface LoopOptions {
  readonly config: Pick<ControllerConfig, 'verifyEveryS' | 'verifyTouchedEveryS'>;
  readonly parts: Parts;
  readonly logger: Logger;
  readonly report: Report;
  readonly signal: AbortSignal;
}

const mendEveryMs = 1000;
/** How long what comes in the place of a lost database may write before it is kept from it. */
const closeEveryMs = 200;

/** Runs until the signal aborts; the promise ends with the last loop. */
export async function runLoops(options: LoopOptions): Promise<void> {
  const { parts, config, signal, logger } = options;
  const trouble = (event: string) => (message: string) => logger.warn({ event }, message);
  await Promise.all([
    parts.publisher.tend(signal, trouble('routes.behind')),
    parts.watch.watch(signal),
    every(config.verifyEveryS * 1000, signal, trouble('verification.failed'), () => verifyAll(options, 'all')),
    every(config.verifyTouchedEveryS * 1000, signal, trouble('verification.failed'), () => verifyAll(options, 'touched')),
    every(mendEveryMs, signal, trouble('mending.failed'), () => mend(options)),
    every(closeEveryMs, signal, trouble('closing.failed'), () => parts.mover.closeWhatReturns(options.report)),
  ]);
}

async function every(pauseMs: number, signal: AbortSignal, onTrouble: (message: string) => void, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await work();
    } catch (error) {
      onTrouble(causeText(error));
    }
  }
}

/** A move has the rows to itself; verification pauses while one is being made. */
async function verifyAll({ parts, signal, logger }: LoopOptions, scope: 'all' | 'touched'): Promise<void> {
  for (const [name, rows] of parts.data) {
    const { follows, state } = rows.status();
    if (follows === 'none' || state !== 'following' || parts.mover.busyWith !== undefined) continue;
    const fact = await parts.evidence.verify(name, scope, signal);
    if (fact.differing > 0)
      logger.error({ event: 'verification.differs', extraction: name, fact }, `${fact.differing} rows of "${name}" differ.`);
  }
}

/** A move that a fault left running is ended, and a stream that gave up is started again. */
async function mend({ parts, report, logger }: LoopOptions): Promise<void> {
  await parts.mover.recoverIfIdle(report);
  if (parts.mover.busyWith !== undefined) return;
  for (const [name, rows] of parts.data) {
    const { state, follows, lastError } = rows.status();
    if (state !== 'failed') continue;
    logger.warn({ event: 'stream.failed', extraction: name }, `${lastError ?? 'The stream failed.'}${wayOut(name, follows)}`);
    // One that cannot be followed must not keep the others from it.
    await rows.follow(follows).catch((error: unknown) => logger.warn({ event: 'stream.failed', extraction: name }, causeText(error)));
  }
}

function wayOut(name: string, follows: Follows): string {
  return follows === 'reverse' ? ` If its database is lost: banyan back ${name} --lost --reason "<why>"` : '';
}
