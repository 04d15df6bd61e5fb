/** The databases of a run on its server: made when they are missing, and cleared of what a killed rehearsal has left. */
import { dropScratches, isScratch } from '@banyan/migration/rehearsal';
import type { EmbeddedServer } from '@banyan/proof/embedded-server';
import { Client, escapeIdentifier } from 'pg';
import { controlDatabase, eventStoreDatabase, type RunPlan } from './program-specs.ts';

/** Answers their names. */
export async function createDatabases(server: EmbeddedServer, plan: RunPlan): Promise<readonly string[]> {
  const { programs, broker } = plan.system.definition;
  const ours = Object.values(programs).filter(({ attached }) => attached === undefined);
  const ofPrograms = ours.map((program) => program.database);
  const wanted = [controlDatabase, ...(broker === undefined ? [] : [eventStoreDatabase]), ...ofPrograms];
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database');
    const missing = wanted.filter((name) => !rows.some((row) => row.datname === name));
    for (const name of missing) await client.query(`create database ${escapeIdentifier(name)} template template0`);
    if (rows.some((row) => isScratch(row.datname))) await dropScratches(ofPrograms.map(plan.databaseUrl));
  } finally {
    await client.end();
  }
  return wanted;
}
