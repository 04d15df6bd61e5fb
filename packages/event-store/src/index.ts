/** An append-only log of events: ordered feed, replay, projections, erasure. */
export { createEventLog, type EventLogOptions } from './create-event-log.ts';
export { EventStoreError, type EventStoreErrorCode, eventStoreFaults } from './errors.ts';
export type {
  ErasureRequest,
  EventLog,
  EventLogOperations,
  FeedDiagnosis,
  FeedHolder,
  FeedPage,
  FeedQuery,
  FeedRange,
  FindQuery,
  StoredEvent,
  TimeRange,
} from './event-log.ts';
export { project, type Projection, type ProjectionOptions } from './project.ts';
export { createProjectionStore, type ProjectionSession, type ProjectionStore } from './projection-store.ts';
