/** The bus on PostgreSQL: the event store as its log. */
export { crashPoints } from './crash-points.ts';
export { createPostgresDriver, createPostgresDriver as createDriver, type PostgresDriverOptions } from './create-postgres-driver.ts';
export { BusPostgresError, type BusPostgresErrorCode, busPostgresFaults } from './errors.ts';
