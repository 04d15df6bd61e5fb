/** The scratch copies of all sides, made at one position: the monolith, each service that takes part, and an idle copy for expected events. */

import { copySnapshot } from '@banyan/replication';
import { MigrationError } from '../errors.ts';
import type { Cast, CastService } from './cast.ts';
import { inDatabase } from './in-database.ts';
import { createScratch } from './scratch-databases.ts';
import { passTakenIds } from './sequences.ts';

export interface CopiesOptions {
  readonly cast: Cast;
  /** Name of the monolith among the programs. */
  readonly monolith: string;
  /** URLs of the live databases, by program. */
  readonly databaseUrls: Readonly<Record<string, string>>;
  /** A third copy of the monolith is needed, for the services to ask. */
  readonly withPartner: boolean;
  /** Makes the tables of a program in an empty database, and leaves nobody connected to it. */
  readonly makeTables: (program: string, url: string) => Promise<void>;
  /** Called when the position is taken: what is written from now on is not in the copies. */
  readonly onPosition: () => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Copies {
  readonly monolith: string;
  /** Like `monolith` to the last row: what differs between the two is the monolith's own noise. */
  readonly twin: string;
  /** The monolith as it stands beside the services: they ask it, and what they write flows back to it. */
  readonly partner: string | undefined;
  /** Of the service that owns the tables afterwards. */
  readonly service: string;
  /** By program, that service's too. */
  readonly services: Readonly<Record<string, string>>;
  /** The service's tables as they were, for the stream that tells which events the monolith's changes are; only when it has `events`. */
  readonly idle: string | undefined;
  readonly rows: number;
}

/**
 * One snapshot of the live monolith fills the first copy; the monolith's other copies and the moved tables of all services are filled from that copy.
 * What a service holds besides comes from its own database, a moment later.
 */
export async function makeCopies(options: CopiesOptions): Promise<Copies> {
  const { cast, databaseUrls, signal, makeTables } = options;
  const live = databaseUrls[options.monolith] ?? '';
  const monolith = await createScratch(live, 'monolith');
  const services: Record<string, string> = {};
  for (const { program } of cast.services) services[program] = await createScratch(databaseUrls[program] ?? '', 'service');
  await Promise.all(Object.entries({ ...services, [options.monolith]: monolith }).map(([program, url]) => makeTables(program, url)));
  const { rows } = await copySnapshot({ source: live, target: monolith, onSnapshot: options.onPosition, signal });
  await Promise.all(
    cast.services.map((it) =>
      fillService(it, { live: databaseUrls[it.program] ?? '', scratch: services[it.program] ?? '', monolith, signal }),
    ),
  );
  // Services that have no part in this own tables as well.
  await passTakenIds(monolith);
  await takeSequences(cast, services, monolith, signal);
  const service = services[cast.moved.service ?? ''] ?? '';
  return {
    monolith,
    twin: await createScratch(live, 'twin', monolith),
    partner: options.withPartner ? await createScratch(live, 'partner', monolith) : undefined,
    service,
    services,
    idle: cast.moved.events === undefined ? undefined : await createScratch(service, 'idle', service),
    rows,
  };
}

interface Filling {
  readonly live: string;
  readonly scratch: string;
  readonly monolith: string;
  readonly signal: AbortSignal;
}

async function fillService({ program, tables, pendingWork }: CastService, { live, scratch, monolith, signal }: Filling): Promise<void> {
  const all = await tablesOf(live);
  const missing = pendingWork.find((name) => !all.includes(name));
  if (missing !== undefined) {
    const message = `The migration says that ${program} keeps pending work in "${missing}", but its database has no such table.`;
    throw new MigrationError('MIGRATION_REHEARSAL_IMPOSSIBLE', message);
  }
  const others = new Set([...tables.map((table) => table.target), ...pendingWork]);
  const own = all.filter((name) => !others.has(name)).map((name) => ({ source: name, target: name }));
  await copySnapshot({ source: live, target: scratch, tables: own, signal });
  await copySnapshot({ source: monolith, target: scratch, tables, signal });
}

/**
 * Rows flow back from a service that owns them, sequences only at a cutover: the monolith's copy would draw ids that are taken. So these tables are filled
 * again, with the very rows that they gave, and with the sequences of their owners.
 */
async function takeSequences({ owners, moved, retired }: Cast, services: Copies['services'], monolith: string, signal: AbortSignal) {
  for (const { name, service = '', tables } of owners) {
    if (name === moved.name || retired.includes(name) || tables.length === 0) continue;
    const back = tables.map(({ source, target }) => ({ source: target, target: source }));
    await copySnapshot({ source: services[service] ?? '', target: monolith, tables: back, signal });
  }
}

/** The tables of a program but for what the platform keeps beside them. */
export async function tablesOf(url: string): Promise<string[]> {
  const { rows } = await inDatabase(url, (client) =>
    client.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables
       where schemaname !~ '^pg_' and schemaname not in ('information_schema', 'banyan') order by 1`,
    ),
  );
  return rows.map(({ name }) => name);
}
