/** Tells other processes that there is something to pull: a wake-up only, nothing rests on it. */
import { report } from '@banyan/bus/report';
import { sessionConfig } from '@banyan/event-store/session-config';
import { Pool } from 'pg';
import { crashPoint } from '../crash-points.ts';

export const wakeChannel = 'banyan_bus';

/** A notification takes a lock that all sessions share: under load they are sent this far apart. */
const pauseMs = 5;
/** PostgreSQL takes 8,000 bytes; an empty payload wakes everybody. */
const payloadMax = 7_000;

export interface Notifier {
  /** Returns at once. Types are gathered while a notification is under way. */
  notify(types: Iterable<string>): void;
  /** Sends what was gathered. */
  close(): Promise<void>;
}

export function createNotifier(url: string, name: string): Notifier {
  const pool = new Pool({ ...sessionConfig(url, name), max: 1 });
  pool.on('error', (error) =>
    report('debug', 'bus-postgres.connection.lost', 'The idle connection for wake-ups ended', { reason: error.message }),
  );
  const gathered = new Set<string>();
  let sending: Promise<void> | undefined;
  let isClosing = false;

  const send = async (): Promise<void> => {
    while (gathered.size > 0) {
      const types = [...gathered].join(' ');
      gathered.clear();
      await pool
        // Nobody waits for the disk: what it tells of is there already.
        .query("select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)", [
          wakeChannel,
          types.length > payloadMax ? '' : types,
        ])
        .then(() => crashPoint('bus-postgres.notified'))
        .catch((error: Error) =>
          report('debug', 'bus-postgres.notify.failed', 'Others were not woken and will look by themselves', { reason: error.message }),
        );
      if (!isClosing) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    sending = undefined;
  };
  return {
    notify: (types) => {
      for (const type of types) gathered.add(type);
      sending ??= send();
    },
    close: async () => {
      isClosing = true;
      await sending;
      await pool.end();
    },
  };
}

/** Whether a wake-up with this payload concerns a reader of the types. */
export function concerns(payload: string | undefined, types: ReadonlySet<string>): boolean {
  return payload === undefined || payload === '' || payload.split(' ').some((type) => types.has(type));
}
