/** One connection for one piece of work on a live or scratch database. */

import { Client } from 'pg';

export async function inDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'banyan rehearsal', connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // the statement under way reports it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
