/** Starting a saga: its row first, then its course; the same key and input again finds the same row. */
import { isDeepStrictEqual } from 'node:util';
import { currentCause } from '@banyan/contract';
import type { Transactions } from '@banyan/outbox/transactions';
import type { Saga } from '../definition.ts';
import { SagaError } from '../errors.ts';
import type { ClaimedSaga, NewSaga, SagaStore } from '../store.ts';
import { isFenced } from './checkpoints.ts';
import { needsArming, nextStep } from './course.ts';
import type { Tenure } from './tenure.ts';

export interface Starter {
  start(saga: Saga, key: string, input: unknown): Promise<{ readonly id: string }>;
}

interface World {
  readonly store: SagaStore;
  readonly transactions: Transactions<unknown>;
  readonly stopping: AbortSignal;
  readonly newId: () => string;
  readonly definitionOf: (name: string, version: number) => Saga | undefined;
  readonly tenure: () => Tenure;
  /** Resolves when there is a lease again. */
  readonly renewal: () => Promise<void>;
  /** Outside of the context of the caller. */
  readonly detached: <Result>(work: () => Result) => Result;
}

export function createStarter(world: World): Starter {
  return {
    start: async (saga, key, input) => {
      if (world.stopping.aborted) throw new SagaError('SAGA_STOPPED', `Saga "${saga.name}" cannot be started.`);
      const id = world.newId();
      const fresh = toNewSaga(world, id, saga, key, input);
      const around = world.transactions.current();
      if (around === undefined) return startNow(world, id, fresh);
      const written = await world.store.write(undefined, [{ saga: id, start: { ...fresh, isUnowned: true } }], around.session);
      around.afterCommit(() => world.tenure().wake([]));
      return written.has(id) ? { id } : startedBefore(world, fresh);
    },
  };
}

function toNewSaga(world: World, id: string, { name, version }: Saga, key: string, input: unknown): NewSaga {
  const definition = world.definitionOf(name, version);
  if (definition === undefined) throw new SagaError('SAGA_UNKNOWN', `The engine was not given version ${version} of "${name}".`);
  const parsed = definition.input.safeParse(input);
  if (!parsed.success) throw new SagaError('SAGA_INPUT_INVALID', `"${name}" cannot have this input: ${parsed.error.message}`);
  const checked = JSON.parse(JSON.stringify(parsed.data)) as unknown;
  const { correlationId = id, traceparent } = currentCause() ?? {};
  const first = nextStep(definition, { saga: { id, key, correlationId }, input: checked, results: {} }, []);
  return {
    name,
    key,
    version,
    correlationId,
    input: checked,
    arms: needsArming(first) ? [first.name] : [],
    limitMs: definition.limitMs,
    ...(traceparent === undefined ? {} : { traceparent }),
    isUnowned: false,
  };
}

/** Under the next lease, when this one is lost meanwhile: a start that was fenced has not been written. */
async function startNow(world: World, id: string, fresh: NewSaga): Promise<{ readonly id: string }> {
  const tenure = world.tenure();
  const release = tenure.reserve(id);
  const start = { ...fresh, isUnowned: release === undefined };
  try {
    const isWritten = await tenure.checkpoints.write({ saga: id, start });
    const started = isWritten ? { id } : await startedBefore(world, fresh);
    // Not written, and there with its own id all the same: by an attempt of unknown outcome.
    if (started.id !== id) return started;
    if (start.isUnowned) tenure.wake([]);
    else if (!tenure.lost.aborted) world.detached(() => tenure.run(toClaimed(id, start)));
    return started;
  } catch (error) {
    if (!isFenced(error)) tenure.lookFor(id);
    if (!isFenced(error) || world.stopping.aborted) throw error;
  } finally {
    release?.();
  }
  await world.renewal();
  return startNow(world, id, fresh);
}

/** A saga of that name and key is there: the same one, if its input is. */
async function startedBefore({ store }: World, { name, key, input }: NewSaga): Promise<{ readonly id: string }> {
  const [there] = await store.find({ keys: [{ name, key }] });
  if (there === undefined || !isDeepStrictEqual(there.input, input)) {
    throw new SagaError('SAGA_KEY_TAKEN', `Saga "${name}" with key "${key}" was started before with another input.`);
  }
  return { id: there.id };
}

/** A saga that was just started, as a claim would give it. */
function toClaimed(id: string, { name, key, version, input, arms, correlationId, traceparent, limitMs }: NewSaga): ClaimedSaga {
  return {
    id,
    name,
    key,
    version,
    input,
    arms,
    correlationId,
    ...(traceparent === undefined ? {} : { traceparent }),
    state: 'running',
    startedAt: '',
    takenOver: 0,
    marks: [],
    records: [],
    claims: 0,
    deadlineLeftMs: limitMs,
    passedOver: [],
    events: [],
  };
}
