/** Runs migrations and replication; keeps the control database; serves the API of the command line. */

export { crashPoints } from '@banyan/migration/crash-points';
export { errorCatalogue, type ControllerErrorCode } from './errors.ts';
export type { ControllerConfig } from './config.ts';
export type { ControllerHealth } from './controller.ts';
export type { ExtractionView, StateView } from './state-view.ts';
