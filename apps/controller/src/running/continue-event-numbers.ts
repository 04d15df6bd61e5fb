/** Takes the numbers of a service's events over from the event store into its outbox, which is new when its database was lost. */

import type { EventSequences } from '@banyan/migration/event-sequences';
import { installOutbox } from '@banyan/outbox';
import { continueSequences } from '@banyan/outbox/continue-sequences';
import { Client } from 'pg';

export interface EventNumbersOptions {
  readonly system: string;
  /** Absent when the system has no events. */
  readonly eventStoreUrl?: string;
  /** Resolves when everything that is at the broker is in the event store. Default: at once. */
  readonly untilArchived?: () => Promise<void>;
  /** By program. */
  readonly databaseUrls: Readonly<Record<string, string>>;
}

/** Keys read and written at once. */
const pageMax = 5_000;

export function continueEventNumbers({ system, eventStoreUrl, untilArchived, databaseUrls }: EventNumbersOptions): EventSequences {
  return {
    continueAfterLog: async ({ service = '' }) => {
      const databaseUrl = databaseUrls[service];
      if (eventStoreUrl === undefined || databaseUrl === undefined) return 0;
      await untilArchived?.();
      return onDatabase(eventStoreUrl, (store) => onDatabase(databaseUrl, (outbox) => carry(store, outbox, `/${system}/${service}`)));
    },
  };
}

async function carry(store: Client, outbox: Client, source: string): Promise<number> {
  const { rows: known } = await store.query<{ there: boolean }>("select to_regclass('banyan.events') is not null as there");
  if (known[0]?.there !== true) return 0;
  let raised = 0;
  for (let after = ''; ;) {
    const { rows } = await store.query<{ key: string; number: string }>(
      `select aggregate_id as key, max(version)::text as number from banyan.events
       where service_id = $1 and aggregate_id > $2 group by aggregate_id order by aggregate_id limit $3`,
      [source, after, pageMax],
    );
    const last = rows.at(-1);
    if (last === undefined) return raised;
    await installOutbox(outbox);
    raised += await continueSequences(outbox, source, new Map(rows.map(({ key, number }) => [key, BigInt(number)])));
    after = last.key;
  }
}

async function onDatabase<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'banyan event numbers', connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // the statement under way reports it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
