/** Extractions as stages with gates: the language of `migration.ts`, planning, stored state, moves, evidence, audit. */

export { defineMigration, extraction, reads, rowEvent, writes } from './definition.ts';
export type {
  Dependency,
  Effect,
  Extraction,
  ExtractionDefinition,
  MigrationDefinition,
  RouteDefinition,
  RowEvent,
  RowsToEvents,
  TableMove,
} from './definition.ts';
export { defineSystem } from './system.ts';
export type { ProgramDefinition, ProgramFacts, SystemDefinition } from './system.ts';
export { planMigration, plannedExtraction } from './plan.ts';
export type { MigrationPlan, PlannedExtraction, PlannedRoute } from './plan.ts';
export { loadMigration, loadSystem, loadSystemDefinition } from './load.ts';
export type { LoadedSystem } from './load.ts';
export { stages } from './stages.ts';
export type { Position, Stage } from './stages.ts';
export { computeRouteTable } from './route-table.ts';
export { defaultGateSettings } from './gate-settings.ts';
export type { GateSettings } from './gate-settings.ts';
export type { Gate } from './gate-facts.ts';
export { errorCatalogue, MigrationError } from './errors.ts';
export type { MigrationErrorCode } from './errors.ts';
export { verifyAudit } from './audit.ts';
export { crashPoints } from './crash-points.ts';
