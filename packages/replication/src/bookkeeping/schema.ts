// The schema `banyan` that this package keeps in both databases. Several statements in one message are one transaction.
import { escapeIdentifier } from 'pg';
import type { SqlSession } from '../postgres/session.ts';

const statements = [
  'create schema if not exists banyan',
  `create table if not exists banyan.stream_position (
     stream text primary key,
     source_identity text not null,
     position pg_lsn not null,
     started_at timestamptz not null default clock_timestamp(),
     stored_at timestamptz not null default clock_timestamp(),
     dropped_at timestamptz,
     awaiting_opening boolean not null default false)`,
  `create table if not exists banyan.fence (
     table_name text primary key,
     epoch bigint not null default 0,
     closed boolean not null default false,
     changed_at timestamptz not null default clock_timestamp())`,
];

/** Creates what is missing. Two sessions that do so at once are serialised by an advisory lock. */
export async function installBookkeeping(session: SqlSession): Promise<void> {
  const present = await session.query(
    "select pg_catalog.to_regclass('banyan.stream_position') is not null and pg_catalog.to_regclass('banyan.fence') is not null as present",
  );
  if (present.rows[0]?.['present'] === true) return;
  await session.query(`select pg_catalog.pg_advisory_xact_lock(7233020, 1); ${statements.join('; ')}`);
}

/** The table whose rows make the round trip that proves a way back, one per stream. */
export function controlTable(stream: string): string {
  return `banyan.control_${stream}`;
}

export async function installControlTable(session: SqlSession, stream: string): Promise<void> {
  const name = `banyan.${escapeIdentifier(`control_${stream}`)}`;
  await session.query(`select pg_catalog.pg_advisory_xact_lock(7233020, 1);
    create table if not exists ${name} (id integer primary key, token text not null)`);
}

/** Which server and database this is: survives restarts and failover to a physical standby, not a dump and restore. */
export async function databaseIdentity(session: SqlSession): Promise<string> {
  const found = await session.query(
    `select (select system_identifier from pg_catalog.pg_control_system())::text || '/' ||
            (select oid from pg_catalog.pg_database where datname = current_database())::text as identity`,
  );
  return found.rows[0]?.['identity'] as string;
}
