/** A program that publishes from its outbox to the broker of a test, as those do whose events achievement reads. */
import type { BusDriver } from '@banyan/bus';
import { installOutbox, pgTransactions } from '@banyan/outbox';
import { startMessaging } from '@banyan/service';
import { Pool } from 'pg';

export interface PublishingProgram extends Pick<BusDriver, 'publish'> {
  stop(): Promise<void>;
}

/** On databases of the test: one for its outbox, and the one that events go through. */
export async function startPublishing(database: { readonly url: string }, broker: { readonly url: string }): Promise<PublishingProgram> {
  const pool = new Pool({ connectionString: database.url });
  pool.on('error', () => {}); // the database is dropped at the end
  await installOutbox(pool);
  const urls = { brokerUrl: broker.url, databaseUrl: database.url };
  const messaging = await startMessaging({ group: 'publishers', ...urls, transactions: pgTransactions(pool), handlers: [] });
  const insert = 'insert into banyan.outbox (event_id, partition_key, type, envelope) values ($1, $2, $3, $4)';
  return {
    publish: async (batch) => {
      for (const event of batch) await pool.query(insert, [event.id, event.partitionkey, event.type, JSON.stringify(event)]);
    },
    stop: async () => {
      await messaging.stop();
      await pool.end();
    },
  };
}
