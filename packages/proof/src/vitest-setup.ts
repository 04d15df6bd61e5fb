// Vitest global setup: one PostgreSQL server for the whole run, unless BANYAN_TEST_POSTGRES_URL already names one, and temporary files in memory.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedServer } from './embedded-server.ts';
import { createMemoryFolder } from './memory/memory-folder.ts';

export async function setup(): Promise<() => Promise<void>> {
  const folder = await createMemoryFolder();
  if (folder !== undefined) process.env['TMPDIR'] = folder;
  // Programs are started many hundred times; what one start has compiled the next ones take.
  process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'banyan-compiled');
  const server = process.env['BANYAN_TEST_POSTGRES_URL'] ? undefined : await startEmbeddedServer({ fsync: false });
  if (server !== undefined) process.env['BANYAN_TEST_POSTGRES_URL'] = server.url;
  return async () => {
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
}
