// What a preflight inspection says.

export type FindingCode =
  | 'SERVER_VERSION'
  | 'SERVER_ENCODING'
  | 'WAL_LEVEL'
  | 'SLOTS_FULL'
  | 'SENDERS_FULL'
  | 'ORIGINS_FULL'
  | 'LONG_TRANSACTION'
  | 'PREPARED_TRANSACTION'
  | 'RIGHT_MISSING'
  | 'TABLE_MISSING'
  | 'TABLE_MISMATCH'
  | 'TABLE_UNLOGGED'
  | 'KEY_MISSING'
  | 'ROW_SECURITY'
  | 'CASCADE_INTO'
  | 'CASCADE_OUT'
  | 'REFERENCE_UNGUARDED'
  | 'TRIGGER'
  | 'TRIGGER_ALWAYS'
  | 'SEQUENCE'
  | 'GENERATED_COLUMN';

export interface Finding {
  readonly code: FindingCode;
  /** `error` forbids the move, `warning` wants a decision, `info` is part of the plan. */
  readonly severity: 'error' | 'warning' | 'info';
  readonly table?: string;
  readonly message: string;
  readonly fix: string;
}
