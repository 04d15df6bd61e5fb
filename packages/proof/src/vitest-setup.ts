// Vitest global setup: one PostgreSQL server for the whole run, unless BANYAN_TEST_POSTGRES_URL already names one.
import { startEmbeddedServer } from './embedded-server.ts';

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['BANYAN_TEST_POSTGRES_URL']) return undefined;
  const server = await startEmbeddedServer({ fsync: false });
  process.env['BANYAN_TEST_POSTGRES_URL'] = server.url;
  return () => server.stop();
}
