/** Durable steps with undo, deadlines and waiting for events. */
export { crashPoints } from './crash-points.ts';
export {
  type Attempt,
  type EventOf,
  type Facts,
  type LocalAccess,
  refuse,
  type Refusal,
  type RetryPolicy,
  type Saga,
  saga,
  type SagaBuilder,
  type SagaOptions,
  sagaOver,
} from './definition.ts';
export { createSagaEngine, type SagaEngine, type SagaEngineOptions, type SagaOutcome, type WakeUps } from './engine.ts';
export { SagaError, type SagaErrorCode, sagaFaults } from './errors.ts';
export { fence, type FencedStep, stepOfKey } from './fence.ts';
export { createMemorySagaDatabase, type MemoryConnection, type MemorySagaDatabase, type MemoryTransaction } from './memory-store.ts';
export type { Operator, Order } from './operator.ts';
export { createPostgresSagaStore, type PostgresSagaStoreOptions } from './postgres-store.ts';
export { createPostgresWakeUps } from './postgres-wake-ups.ts';
export { installSagas } from './schema.ts';
export type { RecordKind, SagaRecord, SagaState } from './state.ts';
export type { OperatorRequest, SagaFilter, SagaStore, StoredSaga } from './store.ts';
