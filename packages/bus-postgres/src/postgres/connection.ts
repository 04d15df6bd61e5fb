/** The one connection of a subscription: it holds the locks of its partitions, moves their cursors, and hears wake-ups. */
import { sessionConfig } from '@banyan/event-store/session-config';
import { Client } from 'pg';
import { concerns, wakeChannel } from './notifier.ts';

export interface Connection {
  readonly client: Client;
  /** The reason, once it has ended. */
  readonly ended: () => Error | undefined;
  close(): Promise<void>;
}

/** @param onWake called when there may be something to pull, and when the connection ends. */
export async function connect(url: string, name: string, types: ReadonlySet<string>, onWake: () => void): Promise<Connection> {
  // A settled batch need not wait for the disk: when the server crashes it comes again, and the inbox knows it.
  const client = new Client(sessionConfig(url, name, { synchronous_commit: 'off' }));
  let reason: Error | undefined;
  const end = (error?: Error): void => {
    reason ??= error ?? new Error('Connection terminated');
    onWake();
  };
  client.on('error', end);
  client.on('end', () => end());
  client.on('notification', ({ payload }) => concerns(payload, types) && onWake());
  try {
    await client.connect();
    await client.query(`listen ${wakeChannel}`);
  } catch (error) {
    await client.end().catch(() => {}); // it was never open, or is gone: the first error says why
    throw error;
  }
  return { client, ended: () => reason, close: () => client.end().catch(() => {}) };
}
