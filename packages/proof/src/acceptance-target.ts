// Builds the target of an acceptance run from plain addresses.
import { escapeIdentifier, Pool } from 'pg';
import { type ClockControl, createClockControl } from './clock.ts';
import { ProofError } from './errors.ts';
import { createGoogleStandIn } from './google-stand-in.ts';
import { createMailStandIn } from './mail-stand-in.ts';
import { createEmbeddedBrokerControl } from './broker-control.ts';
import { killRecordedProgram } from './faults.ts';
import { createHttpClient } from './http-client.ts';
import { type AcceptanceTarget, type ControlSeam } from './scenario.ts';

export interface AcceptanceTargetOptions {
  readonly url: string;
  /** Of the Google stand-in. Absent: scenarios that ask for it fail with what is missing. */
  readonly googleUrl?: string;
  /** Of the mail stand-in; likewise. */
  readonly mailUrl?: string;
  readonly jwtSecret: string;
  /** Connection URLs by name; `monolith` must be there. */
  readonly databases: Readonly<Record<string, string>>;
  /** Table -> names of the databases that hold it, the owner first. Default: the monolith alone. */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  /** File that the clock preload of the program with the nightly job watches. */
  readonly clockFile?: string;
  /** The one of `databases` that is the embedded broker. */
  readonly brokerDatabase?: string;
  /** `run.json` of a run whose supervisor starts again what is killed. */
  readonly runRecord?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly defects?: readonly string[];
  /** Default: by the run record, when one is given. */
  readonly kill?: ControlSeam['kill'];
  readonly quiet?: ControlSeam['quiet'];
}

export function createAcceptanceTarget(options: AcceptanceTargetOptions): AcceptanceTarget {
  const pools = new Map(Object.entries(options.databases).map(([name, url]) => [name, poolOf(url)]));
  const client = createHttpClient(options.url);
  const google = options.googleUrl === undefined ? undefined : createGoogleStandIn(options.googleUrl);
  const mail = options.mailUrl === undefined ? undefined : createMailStandIn(options.mailUrl);
  const databasesOf = (table: string) => options.tables?.[table] ?? ['monolith'];
  const poolAt = (database: string) => {
    const pool = pools.get(database);
    if (pool !== undefined) return pool;
    throw new ProofError('PROOF_TARGET', `The acceptance target has no database "${database}", only ${[...pools.keys()].join(', ')}.`);
  };
  const sqlAt: ControlSeam['sqlAt'] = async <Row extends object>(database: string, text: string, values: readonly unknown[] = []) =>
    (await poolAt(database).query(text, [...values])).rows as Row[];
  const { brokerDatabase, runRecord } = options;
  const broker = brokerDatabase === undefined ? undefined : createEmbeddedBrokerControl(poolAt(brokerDatabase), poolAt('monolith'));
  const kill = options.kill ?? (runRecord === undefined ? undefined : (program: string) => killRecordedProgram(runRecord, program));
  const clock: ClockControl | undefined = options.clockFile === undefined ? undefined : createClockControl(options.clockFile);
  const leftovers: (() => Promise<void>)[] = [];
  return {
    client,
    get google() {
      return given(google, 'googleUrl');
    },
    get mail() {
      return given(mail, 'mailUrl');
    },
    leftovers,
    jwtSecret: options.jwtSecret,
    settings: options.settings ?? {},
    flags: new Set(options.flags),
    defects: new Set(options.defects),
    control: {
      sqlAt,
      sql: (table, text, values) => sqlAt(databasesOf(table)[0] ?? 'monolith', text, values),
      databasesOf,
      ...(clock && { clock }),
      whileLocked: (table, work) => whileLocked(poolAt(databasesOf(table)[0] ?? 'monolith'), table, work),
      ...(kill && { kill }),
      ...(broker && { broker }),
      ...(options.quiet && { quiet: options.quiet }),
    },
    close: async () => {
      for (const remove of leftovers.toReversed()) await remove();
      await Promise.all([client.close(), google?.close(), mail?.close(), ...[...pools.values()].map((pool) => pool.end())]);
    },
  };
}

function given<StandIn>(standIn: StandIn | undefined, field: string): StandIn {
  if (standIn !== undefined) return standIn;
  throw new ProofError('PROOF_TARGET', `The acceptance target has no ${field}.`);
}

function poolOf(url: string): Pool {
  const pool = new Pool({ connectionString: url, max: 4, options: '-c timezone=UTC' });
  pool.on('error', () => {}); // an idle connection died with its server; the next statement opens another or says why not
  return pool;
}

/** One that dies meanwhile gives the lock back with its connection. */
async function whileLocked<Result>(pool: Pool, table: string, work: () => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query(`begin; lock table ${escapeIdentifier(table)} in access exclusive mode`);
    return await work();
  } finally {
    await client.query('rollback').finally(() => client.release());
  }
}
