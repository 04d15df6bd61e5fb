// Inspects a server and the role: what replication needs there before any table is looked at.
import type { Client } from 'pg';
import { sqlState } from '../postgres/failure.ts';
import type { Finding } from './finding.ts';

interface ServerFacts {
  readonly version: number;
  readonly encoding: string;
  readonly wal_level: string;
  readonly slots_free: number;
  readonly senders_free: number;
  readonly origins_free: number;
  readonly role: string;
  readonly database: string;
  readonly may_replicate: boolean;
  readonly may_use_origins: boolean;
  readonly may_create: boolean;
  /** Who owns schema banyan there, when it is there and this role may not act as that owner. */
  readonly foreign_owner: string | null;
}

const factsQuery = `
  select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding, current_setting('wal_level') as wal_level,
    current_setting('max_replication_slots')::int - (select count(*)::int from pg_catalog.pg_replication_slots) as slots_free,
    current_setting('max_wal_senders')::int - (select count(*)::int from pg_catalog.pg_stat_replication) as senders_free,
    coalesce(current_setting('max_active_replication_origins', true), current_setting('max_replication_slots'))::int
      - (select count(*)::int from pg_catalog.pg_replication_origin) as origins_free,
    current_user::text as role, current_database()::text as database,
    (select rolsuper or rolreplication from pg_catalog.pg_roles where rolname = current_user) as may_replicate,
    (select bool_and(pg_catalog.has_function_privilege(f, 'execute')) from unnest(array['pg_catalog.pg_replication_origin_create(text)',
       'pg_catalog.pg_replication_origin_oid(text)', 'pg_catalog.pg_replication_origin_session_setup(text)',
       'pg_catalog.pg_replication_origin_drop(text)']) as f) as may_use_origins,
    pg_catalog.has_database_privilege(current_database(), 'create')
      or coalesce((select pg_catalog.has_schema_privilege(oid, 'create') from pg_catalog.pg_namespace where nspname = 'banyan'), false) as may_create,
    (select pg_catalog.pg_get_userbyid(nspowner)::text from pg_catalog.pg_namespace
      where nspname = 'banyan' and not pg_catalog.pg_has_role(nspowner, 'usage')) as foreign_owner`;

/** `direction` of the move does not matter: each side is the source of one stream and the target of the other. */
export async function inspectServer(session: Client, side: string): Promise<Finding[]> {
  const found = await session.query<ServerFacts>(factsQuery);
  const facts = found.rows[0];
  if (facts === undefined) return [];
  return [
    ...settings(facts, side),
    ...rights(facts, side),
    ...(await roleRight(session, facts, side)),
    ...(await openTransactions(session, side)),
  ];
}

function settings(facts: ServerFacts, side: string): Finding[] {
  const findings: Finding[] = [];
  const error = (code: Finding['code'], message: string, fix: string) =>
    findings.push({ code, severity: 'error', message: `${side}: ${message}`, fix });
  if (facts.version < 140000)
    error(
      'SERVER_VERSION',
      `PostgreSQL ${Math.floor(facts.version / 10000)} is too old for in-stream marks.`,
      'Upgrade to PostgreSQL 14 or later.',
    );
  if (facts.encoding !== 'UTF8')
    error('SERVER_ENCODING', `the encoding is ${facts.encoding}.`, 'Move the data to a UTF8 database first; values travel as UTF-8 text.');
  if (facts.wal_level !== 'logical')
    error('WAL_LEVEL', `wal_level is ${facts.wal_level}.`, "ALTER SYSTEM SET wal_level = 'logical'; then restart PostgreSQL.");
  if (facts.slots_free < 2)
    error(
      'SLOTS_FULL',
      `${facts.slots_free} replication slots are free; a stream and a verify need 2.`,
      'Raise max_replication_slots and restart PostgreSQL.',
    );
  if (facts.senders_free < 2)
    error(
      'SENDERS_FULL',
      `${facts.senders_free} WAL senders are free; a stream and a verify need 2.`,
      'Raise max_wal_senders and restart PostgreSQL.',
    );
  if (facts.origins_free < 1)
    error(
      'ORIGINS_FULL',
      'no replication origin is free.',
      'Raise max_active_replication_origins (before PostgreSQL 18: max_replication_slots) and restart PostgreSQL.',
    );
  return findings;
}

function rights(facts: ServerFacts, side: string): Finding[] {
  const findings: Finding[] = [];
  const missing = (what: string, fix: string) =>
    findings.push({ code: 'RIGHT_MISSING', severity: 'error', message: `${side}: role ${facts.role} ${what}.`, fix });
  if (!facts.may_replicate) missing('may not replicate', `ALTER ROLE ${facts.role} REPLICATION;`);
  if (!facts.may_create) missing('may not create schema banyan', `GRANT CREATE ON DATABASE ${facts.database} TO ${facts.role};`);
  if (facts.foreign_owner !== null)
    missing(
      `may not use schema banyan, which ${facts.foreign_owner} made`,
      `Connect as ${facts.foreign_owner} as before, or: GRANT ${facts.foreign_owner} TO ${facts.role};`,
    );
  if (!facts.may_use_origins) {
    const functions = ['create(text)', 'oid(text)', 'session_setup(text)', 'drop(text)']
      .map((name) => `pg_replication_origin_${name}`)
      .join(', ');
    missing('may not use replication origins', `GRANT EXECUTE ON FUNCTION ${functions} TO ${facts.role};`);
  }
  return findings;
}

async function roleRight(session: Client, facts: ServerFacts, side: string): Promise<Finding[]> {
  try {
    await session.query('begin; set local session_replication_role = replica; rollback');
    return [];
  } catch (error) {
    await session.query('rollback');
    if (sqlState(error) !== '42501') throw error;
    const fix =
      facts.version >= 150000
        ? `GRANT SET ON PARAMETER session_replication_role TO ${facts.role};`
        : `ALTER ROLE ${facts.role} SUPERUSER; (before PostgreSQL 15 there is no smaller right)`;
    return [
      { code: 'RIGHT_MISSING', severity: 'error', message: `${side}: role ${facts.role} may not set session_replication_role.`, fix },
    ];
  }
}

async function openTransactions(session: Client, side: string): Promise<Finding[]> {
  const long = await session.query<{ pid: number; seconds: number }>(
    `select pid, extract(epoch from clock_timestamp() - xact_start)::int as seconds from pg_catalog.pg_stat_activity
     where backend_xid is not null and pid <> pg_catalog.pg_backend_pid() and clock_timestamp() - xact_start > interval '5 seconds'`,
  );
  const prepared = await session.query<{ gid: string }>('select gid from pg_catalog.pg_prepared_xacts where database = current_database()');
  return [
    ...long.rows.map((row): Finding => ({
      code: 'LONG_TRANSACTION',
      severity: 'warning',
      message: `${side}: process ${row.pid} has had a write transaction open for ${row.seconds} s; slots and fences wait for it.`,
      fix: `Let it end, or SELECT pg_terminate_backend(${row.pid});`,
    })),
    ...prepared.rows.map((row): Finding => ({
      code: 'PREPARED_TRANSACTION',
      severity: 'error',
      message: `${side}: transaction ${row.gid} is prepared and keeps its locks.`,
      fix: `COMMIT PREPARED '${row.gid}'; or ROLLBACK PREPARED '${row.gid}';`,
    })),
  ];
}
