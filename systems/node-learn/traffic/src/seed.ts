/** Program: fills a Node-Learn database with the demo data. `node dist/seed.js [--scale N] [--replace]`, with DATABASE_URL set. */
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { createDataSet, defaultAvatarBaseUrl } from './data-set/data-set.ts';
import { type LoadReport, loadDataSet } from './data-set/load-data-set.ts';

const largestScale = 1000;

try {
  const { rows, ms } = await seed();
  const counts = Object.entries(rows).map(([table, count]) => `${count} ${table}`);
  process.stdout.write(`Loaded ${counts.join(', ')} in ${Math.round(ms)} ms.\n`);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

async function seed(): Promise<LoadReport> {
  const { values } = parseArgs({ options: { scale: { type: 'string', default: '1' }, replace: { type: 'boolean', default: false } } });
  const connectionString = process.env.DATABASE_URL;
  if (!connectionString) throw new Error('DATABASE_URL is not set. Example: DATABASE_URL=postgres://postgres@127.0.0.1:5432/node_learn');
  const data = createDataSet({ scale: toScale(values.scale), avatarBaseUrl: process.env.AVATAR_BASE_URL ?? defaultAvatarBaseUrl });
  const client = new Client({ connectionString, application_name: 'node-learn seed' });
  await client.connect();
  try {
    return await loadDataSet(client, data, { replace: values.replace });
  } finally {
    await client.end();
  }
}

function toScale(text: string): number {
  const scale = Number(text);
  if (!Number.isInteger(scale) || scale < 1 || scale > largestScale) {
    throw new Error(`--scale is "${text}"; it takes a whole number from 1 to ${largestScale}.`);
  }
  return scale;
}

function explain(error: unknown): string {
  const { code } = error as { code?: string };
  if (code === '42P01' || code === '42704')
    return 'The database has no Node-Learn schema yet. Apply it: node dist/schema.js in the monolith.';
  if (code === '42501') return `The role of DATABASE_URL may not do this: ${String(error)}. Use the owner of the tables.`;
  if (code === 'ECONNREFUSED') return 'PostgreSQL at DATABASE_URL cannot be reached. Start it, or set DATABASE_URL.';
  return error instanceof Error ? error.message : String(error);
}
