/** While the monolith owns tables, their rows tell what happened: each applied change becomes the event that the service would have published. */

import { partitionKeyOf, rowEventId } from '@banyan/contract';
import type { PlannedExtraction } from '@banyan/migration/plan';
import type { RowEvent, RowsToEvents } from '@banyan/migration/definition';
import { installOutbox, writeEvents, type WrittenEvent } from '@banyan/outbox';
import { Client } from 'pg';

export type OnApplied = (session: Parameters<RowsToEvents>[1], changes: Parameters<RowsToEvents>[0]) => Promise<void>;

/**
 * Undefined when the extraction declares no events. They are written into the service's outbox in the transaction that applies the rows, under the
 * service's own name, so that its events and these have one order per key and there is no gap and no double at a cutover.
 */
export function rowsBecomeEvents(system: string, extraction: PlannedExtraction, serviceDatabaseUrl: string): OnApplied | undefined {
  const { events: toEvents, name, service } = extraction;
  if (toEvents === undefined || service === undefined) return undefined;
  let installed: Promise<void> | undefined;
  return async (session, changes) => {
    // Before its first change the service may never have run.
    await (installed ??= install(serviceDatabaseUrl).catch((error: unknown) => {
      installed = undefined;
      throw error;
    }));
    const time = new Date();
    const events = await toEvents(changes, session);
    await writeEvents(
      session,
      `/${system}/${service}`,
      events.map((event) => toWritten(event, `${system}/${name}`, time)),
    );
  };
}

async function install(url: string): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'banyan rows become events', connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // the statement under way reports it
  await client.connect();
  try {
    await installOutbox(client);
  } finally {
    await client.end();
  }
}

/** A change becomes at most one event of a type and key. */
function toWritten({ contract, data: given, change }: RowEvent, place: string, time: Date): WrittenEvent {
  const { commitLsn, ordinal, table } = change;
  const data = given as WrittenEvent['data'];
  const name = `${place}/${commitLsn}/${ordinal}/${table}/${contract.type}/${partitionKeyOf(contract, data)}`;
  return { contract, data, id: rowEventId(name), time };
}
