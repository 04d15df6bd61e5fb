/** Group commit: what many sagas have to record is written by one statement, and what comes meanwhile by the next. */
import type { Clock } from '@banyan/bus/clock';
import { SagaError } from '../errors.ts';
import { report } from '../report.ts';
import type { Checkpoint, SagaStore } from '../store.ts';

/** Sagas per statement at most. */
const batchMax = 512;
/** While one batch waits for the disk the next one can be prepared by the database; more only make batches smaller. */
const batchesAtOnce = 2;

export interface Checkpoints {
  /** Resolves once it is durable; false: something else was there, see the store. Rejects with SAGA_FENCED, or when the store refuses this very checkpoint. */
  write(checkpoint: Checkpoint): Promise<boolean>;
}

interface Waiting {
  readonly checkpoint: Checkpoint;
  readonly resolve: (written: boolean) => void;
  readonly reject: (error: unknown) => void;
}

interface World {
  readonly store: SagaStore;
  readonly clock: Clock;
  readonly token: string;
  /** Aborted when the lease is lost or the engine gives up. */
  readonly signal: AbortSignal;
  /** The store says that the lease is lost. */
  readonly onFenced: () => void;
}

export function createCheckpoints(world: World): Checkpoints {
  let queue: Waiting[] = [];
  let busy = 0;
  const pump = async () => {
    busy += 1;
    // A turn of the event loop lets everything that is ready now come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = queue.slice(0, batchMax);
      queue = queue.slice(batchMax);
      await writeBatch(world, batch);
    }
    busy -= 1;
  };
  return {
    write: (checkpoint) =>
      new Promise((resolve, reject) => {
        queue.push({ checkpoint, resolve, reject });
        if (busy < batchesAtOnce && (busy === 0 || queue.length > batchMax / 8)) void pump();
      }),
  };
}

/** Again until it is known. A batch that is refused is written one by one, so that the fault hits only its own saga. */
async function writeBatch(world: World, batch: readonly Waiting[]): Promise<void> {
  for (let pauseMs = 20; ; pauseMs = Math.min(1_000, pauseMs * 2)) {
    try {
      const written = await world.store.write(
        world.token,
        batch.map(({ checkpoint }) => checkpoint),
      );
      for (const { checkpoint, resolve } of batch) resolve(written.has(checkpoint.saga));
      return;
    } catch (error) {
      if (isFenced(error)) {
        world.onFenced();
        return batch.forEach(({ reject }) => reject(error));
      }
      if (isRefusal(error)) {
        if (batch.length === 1) return batch[0]!.reject(error);
        for (const one of batch) await writeBatch(world, [one]);
        return;
      }
      if (world.signal.aborted) return batch.forEach(({ reject }) => reject(fenced()));
      report('warn', 'saga.store.away', 'Records of sagas could not be written and are written again', {
        reason: (error as Error).message,
      });
      await world.clock.wait(pauseMs, world.signal);
    }
  }
}

function fenced(): SagaError {
  return new SagaError('SAGA_FENCED', 'The lease of this process is lost.');
}

export function isFenced(error: unknown): boolean {
  return error instanceof SagaError && error.code === 'SAGA_FENCED';
}

/** Classes of SQLSTATE that say that the statement itself cannot be carried out: data, integrity, syntax, limits of the program. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^(?:22|23|42|54)[0-9A-Z]{3}$/.test(code);
}
