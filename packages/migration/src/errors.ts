/** Every way this package refuses: a stable code, a sentence with the value seen, and what to do next. */

/** Code to what it means and the usual way out; the README's table is kept equal by a test. */
export const errorCatalogue = {
  MIGRATION_FILE_MISSING: {
    meaning: 'The configuration or migration file does not exist or cannot be read.',
    fix: 'Check the path; a system has banyan.config.ts and the migration file that it names.',
  },
  MIGRATION_FILE_BROKEN: {
    meaning: 'The file does not load: a syntax error, a failing import, or an exception while it runs.',
    fix: 'Correct the line named, then run the same command again',
  },
  MIGRATION_FILE_SHAPE: {
    meaning: 'The file loads, but what it exports is not what is expected.',
    fix: 'Correct the field named; the types of @banyan/migration show what is allowed.',
  },
  MIGRATION_NAME_TWICE: { meaning: 'Two extractions have the same name.', fix: 'Give each extraction its own name.' },
  MIGRATION_SERVICE_UNKNOWN: {
    meaning: 'An extraction with routes or tables names no service, or one that banyan.config.ts does not have.',
    fix: 'Name a program with the role "service" from banyan.config.ts, or add it there.',
  },
  MIGRATION_AFTER_UNKNOWN: {
    meaning: '`after` names an extraction that does not exist.',
    fix: 'Name an extraction of this migration, or remove the entry.',
  },
  MIGRATION_READER_UNKNOWN: {
    meaning: '`readByMonolith` names an extraction that does not exist, or its own, as the one with which a reader goes.',
    fix: 'Name another extraction of this migration; without `by` the reader never goes.',
  },
  MIGRATION_AFTER_CYCLE: { meaning: '`after` leads back to the extraction itself.', fix: 'Remove one of the entries named.' },
  MIGRATION_ROUTE_TWICE: {
    meaning: 'One route (same method and path pattern) is claimed more than once.',
    fix: 'Leave the route in exactly one extraction.',
  },
  MIGRATION_ROUTE_NO_EFFECT: {
    meaning: 'A route does not say what it reads and writes.',
    fix: 'Give it effect: reads(...) or writes(...) with the tables it touches.',
  },
  MIGRATION_TABLE_TWO_WRITERS: {
    meaning: 'Two extractions move the same table: it would have two owners.',
    fix: 'Leave the table in one extraction; the other reads it over HTTP or by events.',
  },
  MIGRATION_ROUTE_WRITES_MOVING_TABLE: {
    meaning: "A route writes a table that another extraction moves; after that one's cutover the fence would refuse it.",
    fix: "Move the route into the table's extraction, or declare its extraction in the table's insertOnlyWriters.",
  },
  MIGRATION_CUT_OVER_SENSELESS: {
    meaning: '`cutsOver` names an extraction whose tables could not change owner with this one.',
    fix: 'Name one extraction that moves tables, of which nobody else says so, and put it into `after` with atLeast: "canary".',
  },
  MIGRATION_WRITER_NEEDLESS: {
    meaning: 'A route under `writtenByMonolith` writes none of the tables of its extraction.',
    fix: 'Name the moving tables it writes in its effect, or remove it: the monolith answers it anyway.',
  },
  MIGRATION_COMPARE_SENSELESS: {
    meaning: 'A route declares in what its answers may differ, in a way that could not be compared.',
    fix: 'Declare it on a route that only reads: anyOrder and draws for a list, draws for one thing, invented and tokens for either, drawnFrom alone for one drawn from such a list.',
  },
  MIGRATION_NO_WAY_BACK: {
    meaning: 'Writes of an extraction would not flow back to the monolith, so it could not be taken back without loss.',
    fix: 'List the tables it writes under `tables`, or admit it: noWayBack: "<why that is acceptable>".',
  },
  MIGRATION_TABLE_UNFIT: {
    meaning: 'The inspection of a database found something that forbids replication, such as a table without a key.',
    fix: 'Repair what the finding names, then advance again.',
  },
  MIGRATION_EXTRACTION_UNKNOWN: {
    meaning: 'No extraction has this name.',
    fix: 'Run: banyan status (it lists the extractions).',
  },
  MIGRATION_MOVE_INVALID: {
    meaning: 'The stage or share asked for cannot be reached from the present one.',
    fix: 'Run: banyan status, then ask for a stage in the right direction.',
  },
  MIGRATION_MOVE_RUNNING: {
    meaning: 'Another move is being made; moves are made one at a time.',
    fix: 'Wait until it ends (banyan status shows its step), then ask again.',
  },
  MIGRATION_AFTER_NOT_READY: {
    meaning: 'An extraction this one comes after has not reached the stage needed.',
    fix: 'Advance the extraction named first.',
  },
  MIGRATION_GATES_FAIL: {
    meaning: 'A gate of the next stage says no.',
    fix: 'Look at the numbers and samples shown; repair the cause, or go on with --force and --reason (audited).',
  },
  MIGRATION_GATES_WAITING: {
    meaning: 'There is not yet enough evidence to decide a gate.',
    fix: 'Let traffic run and advance again; counts are set under `gates` in migration.ts.',
  },
  MIGRATION_REASON_MISSING: { meaning: 'What overrides a safeguard was asked for without a reason.', fix: 'Add: --reason "<why>"' },
  MIGRATION_NOT_LOST: {
    meaning: "A service's database was said to be lost, but it answers and owns its tables: an ordinary way back loses nothing.",
    fix: 'Run the same command without --lost.',
  },
  MIGRATION_CUTOVER_CANCELLED: {
    meaning: 'The cutover cancelled itself before the point of no return; the former owner is serving as before.',
    fix: 'Look at the reason shown, then try again.',
  },
  MIGRATION_MOVE_BROKEN_OFF: {
    meaning: 'A change of ownership broke off, and could not be ended at once; its journal says how it ends.',
    fix: 'Bring back what is missing (see the cause); the controller ends it by itself, banyan status shows how.',
  },
  MIGRATION_MOVE_FAILED: {
    meaning: 'A move could not be made.',
    fix: 'Look at the cause, then ask again; the stage shown by banyan status is the true one.',
  },
  MIGRATION_GATEWAY_UNREACHABLE: {
    meaning: 'A gateway did not take the routes in time, or answered with an error.',
    fix: 'See that the gateway runs; its routes are sent again each second until it has them.',
  },
  MIGRATION_CONTROL_DATABASE: {
    meaning: 'The control database cannot be reached or used.',
    fix: 'See that PostgreSQL runs and that the role may create the schema banyan; then try again.',
  },
  MIGRATION_CONTROL_DATABASE_FOREIGN: {
    meaning: 'The control database keeps the state of another system.',
    fix: 'Give each system a control database of its own.',
  },
  MIGRATION_SUPERSEDED: {
    meaning: 'Another controller has taken over; this one may not change anything any more.',
    fix: 'Nothing to do: the other controller works on. Stop this one.',
  },
  MIGRATION_SIDE_PROGRAM: {
    meaning: 'A side program of the monolith could not be stopped or started.',
    fix: 'Check its commands under sidePrograms in the controller configuration, and run them by hand to see.',
  },
  MIGRATION_ROWS_DIFFER: {
    meaning: 'A verification found rows that differ between the two sides.',
    fix: 'Run: banyan verify <extraction> --repair (copies them again from the owner and compares again).',
  },
  MIGRATION_REHEARSAL_STAGE: {
    meaning: 'Writes are recorded between replicating and canary, and the extraction is in another stage.',
    fix: 'Rehearse while the service follows and before it owns; banyan status shows the stage.',
  },
  MIGRATION_REHEARSAL_BROKEN_OFF: {
    meaning: "A rehearsal could not be carried out: the fault lies with the scratch copies, not with the service's writes.",
    fix: 'Look at the cause, then rehearse again; nothing live was touched.',
  },
  MIGRATION_WRITES_DIFFER: {
    meaning: 'A rehearsal found writes that the service does not do as the monolith does.',
    fix: 'Look at the samples, repair the service, then rehearse again.',
  },
  MIGRATION_REHEARSAL_IMPOSSIBLE: {
    meaning:
      'Writes cannot be done again: the monolith is attached, so that no second one can be started, or `pendingWork` names a table that the service does not have.',
    fix: 'Admit it at the route, noRehearsal: "<how its writes are checked instead>"; or name the table as it stands in the database of the service.',
  },
  MIGRATION_AUDIT_BROKEN: {
    meaning: 'The audit has a row that was changed, removed or inserted.',
    fix: 'Compare the row named with a backup; someone has written to banyan.audit by hand.',
  },
} as const satisfies Record<string, { meaning: string; fix: string }>;

export type MigrationErrorCode = keyof typeof errorCatalogue;

export interface MigrationErrorDetail {
  readonly cause?: unknown;
  /** Replaces the catalogue's way out when a better one is known. */
  readonly fix?: string;
  /** What a caller may show beside the sentence: gates, findings, problems; plain JSON. */
  readonly evidence?: unknown;
}

/** A refusal or fault that the user can act on. `message` is a sentence with the value seen; `fix` is the next step. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationErrorCode;
  readonly fix: string;
  readonly evidence: unknown;

  constructor(code: MigrationErrorCode, message: string, detail: MigrationErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.fix = detail.fix ?? errorCatalogue[code].fix;
    this.evidence = detail.evidence;
  }
}

/** The innermost sentence of an error, for the end of our own sentences. */
export function causeText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeText(error.errors[0]);
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
