// A data set as a program: fills the database of a monolith, in one transaction, at the scale that is asked for.
import { parseArgs } from 'node:util';
import { Client } from 'pg';

export interface SeedProgram {
  /** `Helpdesk`. */
  readonly title: string;
  /** Refuses a database that is not empty, unless `replace` is asked for. Answers the rows by table. Runs within a transaction, in UTC. */
  load(client: Client, options: { readonly scale: number; readonly replace: boolean }): Promise<Readonly<Record<string, number>>>;
}

const largestScale = 1000;

/** `node dist/seed.js [--scale N] [--replace]`, with DATABASE_URL set; ends with 1 when nothing was loaded. */
export async function runSeedProgram(program: SeedProgram): Promise<void> {
  const started = performance.now();
  try {
    const rows = await seed(program);
    const counts = Object.entries(rows).map(([table, count]) => `${count} ${table}`);
    process.stdout.write(`Loaded ${counts.join(', ')} in ${Math.round(performance.now() - started)} ms.\n`);
  } catch (error) {
    process.stderr.write(`${explain(program, error)}\n`);
    process.exitCode = 1;
  }
}

async function seed(program: SeedProgram): Promise<Readonly<Record<string, number>>> {
  const { values } = parseArgs({ options: { scale: { type: 'string', default: '1' }, replace: { type: 'boolean', default: false } } });
  const connectionString = process.env['DATABASE_URL'];
  if (!connectionString) throw new Error('DATABASE_URL is not set. Example: DATABASE_URL=postgres://postgres@127.0.0.1:5432/name');
  const client = new Client({ connectionString, application_name: `${program.title} data set` });
  await client.connect();
  try {
    return await loadAtOnce(client, program, { scale: toScale(values.scale), replace: values.replace });
  } finally {
    await client.end();
  }
}

async function loadAtOnce(client: Client, program: SeedProgram, options: { scale: number; replace: boolean }) {
  await client.query('begin');
  try {
    await client.query(`set local time zone 'UTC'`);
    const rows = await program.load(client, options);
    await client.query('commit');
    await client.query(`analyze ${Object.keys(rows).join(', ')}`);
    return rows;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

function toScale(text: string): number {
  const scale = Number(text);
  if (Number.isInteger(scale) && scale >= 1 && scale <= largestScale) return scale;
  throw new Error(`--scale is "${text}"; it takes a whole number from 1 to ${largestScale}.`);
}

function explain({ title }: SeedProgram, error: unknown): string {
  const { code } = error as { code?: string };
  if (code === '42P01' || code === '42704')
    return `The database has no ${title} schema yet. Apply it: node dist/schema.js in the monolith.`;
  if (code === '42501') return `The role of DATABASE_URL may not do this: ${String(error)}. Use the owner of the tables.`;
  if (code === 'ECONNREFUSED') return 'PostgreSQL at DATABASE_URL cannot be reached. Start it, or set DATABASE_URL.';
  return error instanceof Error ? error.message : String(error);
}
