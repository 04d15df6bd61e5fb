/** Runs one service: configuration, schema changes, health, drain. */
export { crashPoints } from './crash-points.ts';
export { isConnectionLoss, throughConnectionLoss, waitForDatabase } from './database.ts';
export { ServiceError, type ServiceErrorCode, serviceFaults } from './errors.ts';
export { runProgram } from './program.ts';
export { report } from './report.ts';
export { applySchemaChanges, type SchemaReport } from './schema-changes.ts';
export { type RequestServer, type RunningService, type ServiceContext, type ServiceDefinition, startService } from './service.ts';
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
