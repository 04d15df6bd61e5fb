/** Programs that run already, with their own databases: whether they answer, and what in a database would be in the way. */
import type { MigrationPlan } from '@banyan/migration/plan';
import type { SystemDefinition } from '@banyan/migration/system';
import { type Finding, inspectSide } from '@banyan/replication';
import { Client } from 'pg';
import { CliError } from '../errors.ts';

export interface AttachedAddress {
  readonly name: string;
  readonly role: 'monolith' | 'service';
  readonly url: string;
  readonly readyPath: string;
  readonly databaseUrl: string;
}

const timeoutMs = 5_000;

export function attachedPrograms(definition: SystemDefinition): AttachedAddress[] {
  return Object.entries(definition.programs).flatMap(([name, { role, readyPath, attached }]) =>
    attached === undefined ? [] : [{ name, role, readyPath, ...attached }],
  );
}

/** Throws CLI_ATTACHED_AWAY, with who is asked where and what came back. */
export async function requireAnswer(program: AttachedAddress): Promise<void> {
  const address = `${program.url}${program.readyPath}`;
  const start = `Start ${program.name} as you always do, or correct programs.${program.name}.url in banyan.config.ts`;
  let status: number;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' });
    await answer.body?.cancel();
    status = answer.status;
  } catch (cause) {
    throw new CliError(
      'CLI_ATTACHED_AWAY',
      `The ${program.role} "${program.name}" does not answer at ${address} (${reasonOf(cause)}).`,
      start,
      {
        cause,
      },
    );
  }
  if (status >= 200 && status < 400) return;
  throw new CliError(
    'CLI_ATTACHED_AWAY',
    `The ${program.role} "${program.name}" answers ${status} at ${address}.`,
    `Name a path it answers with 200: programs.${program.name}.readyPath in banyan.config.ts`,
  );
}

/** Throws CLI_DATABASE_AWAY; the password is never shown. */
export async function requireDatabase(program: AttachedAddress): Promise<void> {
  const client = new Client({
    connectionString: program.databaseUrl,
    connectionTimeoutMillis: timeoutMs,
    application_name: 'banyan doctor',
  });
  client.on('error', () => {}); // what ends the session is met by the statement
  try {
    await client.connect();
    await client.query('select 1');
  } catch (cause) {
    throw databaseAway(program, cause);
  } finally {
    await client.end().catch(() => {}); // it was never open
  }
}

function databaseAway({ name, databaseUrl }: AttachedAddress, cause: unknown): CliError {
  const { hostname, port, pathname, username } = new URL(databaseUrl);
  const where = `${hostname}:${port === '' ? '5432' : port}${pathname} as ${decodeURIComponent(username)}`;
  const { code } = cause as { readonly code?: unknown };
  const isRefused = typeof code === 'string' && /^(28|3D)/.test(code);
  const correct = `programs.${name}.databaseUrl in banyan.config.ts`;
  return new CliError(
    'CLI_DATABASE_AWAY',
    `The database of "${name}" cannot be used: ${where} (${reasonOf(cause)}).`,
    isRefused ? `Create what it names, or correct ${correct}` : `Start that PostgreSQL, or correct ${correct}`,
    { cause },
  );
}

function reasonOf(error: unknown): string {
  const { cause, code, message } = error as { readonly cause?: unknown; readonly code?: unknown; readonly message?: string };
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (cause instanceof Error) return reasonOf(cause);
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer in ${timeoutMs / 1_000} s`;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : (message ?? String(error));
}

/** What replication would meet in this database, errors first; nothing is changed. */
export function inspectAttached(program: AttachedAddress, migration: MigrationPlan): Promise<Finding[]> {
  const moves = migration.extractions.filter(({ service }) => program.role === 'monolith' || service === program.name);
  const tables = moves.flatMap((it) => it.tables.map((table) => (program.role === 'monolith' ? table.source : table.target)));
  return inspectSide({ url: program.databaseUrl, tables, side: program.name });
}

/** Everything that is attached answers; throws as soon as one does not. Answers how many things are in the way of replication. */
export async function requireAttached(definition: SystemDefinition, migration: MigrationPlan): Promise<{ name: string; errors: number }[]> {
  const programs = attachedPrograms(definition);
  for (const program of programs) {
    await requireAnswer(program);
    await requireDatabase(program);
  }
  return Promise.all(
    programs.map(async (program) => {
      const findings = await inspectAttached(program, migration);
      return { name: program.name, errors: findings.filter(({ severity }) => severity === 'error').length };
    }),
  );
}

/** Slots that keep the log of an attached database for as long as they are there; empty where that cannot be seen. */
export async function slotsKept({ databaseUrl }: AttachedAddress): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: timeoutMs });
  client.on('error', () => {}); // as above
  try {
    await client.connect();
    const { rows } = await client.query<{ slot: string }>(
      "select slot_name as slot from pg_replication_slots where database = current_database() and slot_name ~ '^banyan_' order by 1",
    );
    return rows.map(({ slot }) => slot);
  } catch {
    return []; // asked at the end of a run, to tell what stays; the database may have ended before us
  } finally {
    await client.end().catch(() => {}); // it was never open
  }
}
