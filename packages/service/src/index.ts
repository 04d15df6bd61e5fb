/** Runs one service: configuration, schema changes, events, projections, health, drain. */
export { type AnswerOfService, type AskedService, askService, type Change, readFromService, readPageFromService } from './ask-service.ts';
export type { InternalCall, InternalHandler, InternalRoutes } from './answer-services.ts';
export { findCopy } from './copies.ts';
export { crashPoints } from './crash-points.ts';
export { isConnectionLoss, isRefusedWrite, isWritable, throughConnectionLoss, waitForDatabase } from './database.ts';
export { ServiceError, type ServiceErrorCode, serviceFaults } from './errors.ts';
export { createFlowBack, type FlowBack, type FlowBackOptions, flowBackSettings } from './flow-back.ts';
export { type Messaging, type MessagingDefinition, startMessaging } from './messaging.ts';
export { createPool, type PoolOptions } from './pool.ts';
export { type CompareOptions, type ComparedSides, type Comparison, compareWithOwner } from './projecting/compare.ts';
export { runProgram } from './program.ts';
export {
  defineProjection,
  type ProjectedEntry,
  type ProjectedEvent,
  projected,
  type Projection,
  type ProjectionDefinition,
} from './projection.ts';
export { createNeighbour, type Neighbour } from './neighbour.ts';
export { type RunningProjections, startProjections } from './projections.ts';
export { type Repeated, repeat, type RepeatOptions } from './repeat.ts';
export { report } from './report.ts';
export { runInRequest } from './request-trace.ts';
export { applySchemaChanges, type SchemaReport } from './schema-changes.ts';
export {
  type InternalAnswer,
  type RequestServer,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
  startService,
} from './service.ts';
export {
  flagsSetting,
  numberSetting,
  portSetting,
  readSettings,
  secretSetting,
  serviceSettings,
  type ServiceSettings,
  urlSetting,
} from './settings.ts';
export { readSnapshotPage, type SnapshotEntry, type SnapshotPage, type SnapshotQuery } from './snapshot.ts';
