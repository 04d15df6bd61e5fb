/** What a person can see of sagas and do about them; what is done is kept with its reason among the records of the saga. */
import type { Saga } from './definition.ts';
import { SagaError } from './errors.ts';
import { isPastPivot } from './running/course.ts';
import { progressOf, type SagaState } from './state.ts';
import type { OperatorRequest, SagaFilter, SagaStore, StoredSaga } from './store.ts';

/** Who, and why. */
export interface Order {
  readonly by: string;
  readonly reason: string;
}

/** All orders resolve when they are stored; they are carried out soon after, by the process that owns the saga. They throw SAGA_UNKNOWN and SAGA_REQUEST_REFUSED. */
export interface Operator {
  /** The youngest first, at most 100 unless told. */
  list(filter?: SagaFilter): Promise<readonly StoredSaga[]>;
  /** With its records. Throws SAGA_UNKNOWN. */
  show(id: string): Promise<StoredSaga>;
  /** Tries again what a saga that needs an operator was stuck at, in the direction it was going. */
  retry(id: string, order: Order): Promise<void>;
  /** Takes the action, or the undo, that it is stuck at for done; later steps get `result`. */
  skip(id: string, order: Order & { readonly result?: unknown }): Promise<void>;
  /** Later steps get this input; a saga that needs an operator still has to be retried. Throws SAGA_INPUT_INVALID. */
  edit(id: string, order: Order & { readonly input: unknown }): Promise<void>;
  /** Undoes what was done; refused after the pivot. */
  compensate(id: string, order: Order): Promise<void>;
}

interface World {
  readonly store: SagaStore;
  readonly definitionOf: (name: string, version: number) => Saga | undefined;
  readonly wake: () => void;
}

export function createOperator({ store, definitionOf, wake }: World): Operator {
  const show = async (id: string) => {
    const [found] = await store.find({ ids: [id], withRecords: true });
    if (found === undefined) throw new SagaError('SAGA_UNKNOWN', `There is no saga ${id}.`);
    return found;
  };
  const ask = async (id: string, request: OperatorRequest, states: readonly SagaState[]) => {
    if (await store.request(id, request, states)) return wake();
    const { state, request: before } = await show(id);
    const why = before === undefined ? `it is ${state}` : `${before.by} has already asked for "${before.action}"`;
    throw new SagaError('SAGA_REQUEST_REFUSED', `Saga ${id} cannot be asked for "${request.action}": ${why}.`);
  };
  const refuse = (saga: StoredSaga, action: string, why: string) =>
    new SagaError('SAGA_REQUEST_REFUSED', `Saga ${saga.id} cannot be asked for "${action}": ${why}.`);
  return {
    list: (filter = {}) => store.find(filter),
    show,
    retry: (id, { by, reason }) => ask(id, { action: 'retry', by, reason }, ['needs-operator']),
    skip: async (id, { by, reason, result }) => {
      const saga = await show(id);
      if (saga.state === 'needs-operator' && progressOf(saga.input, saga.arms, saga.records).stuckAt === undefined) {
        throw refuse(saga, 'skip', 'it is not stuck at a step');
      }
      await ask(id, { action: 'skip', by, reason, result }, ['needs-operator']);
    },
    edit: async (id, { by, reason, input }) => {
      const saga = await show(id);
      const parsed = definitionOf(saga.name, saga.version)?.input.safeParse(input);
      if (parsed === undefined) throw new SagaError('SAGA_UNKNOWN', `The engine was not given version ${saga.version} of "${saga.name}".`);
      if (!parsed.success) throw new SagaError('SAGA_INPUT_INVALID', `"${saga.name}" cannot have this input: ${parsed.error.message}`);
      await ask(id, { action: 'edit', by, reason, input: parsed.data }, ['running', 'needs-operator']);
    },
    compensate: async (id, { by, reason }) => {
      const saga = await show(id);
      const definition = definitionOf(saga.name, saga.version);
      const progress = progressOf(saga.input, saga.arms, saga.records);
      if (definition !== undefined && isPastPivot(definition, { saga, input: progress.input, results: progress.results }, progress))
        throw refuse(saga, 'compensate', 'it has passed its point of no return');
      await ask(id, { action: 'compensate', by, reason }, ['running', 'needs-operator']);
    },
  };
}
