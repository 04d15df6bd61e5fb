/** Wake-ups between processes by NOTIFY, in a short transaction of its own: inside of others it would serialise their commits. */
import type { Clock } from '@banyan/bus/clock';
import { systemClock } from '@banyan/bus/clock';
import type { Pool, PoolClient } from 'pg';
import type { WakeUps } from './engine.ts';
import { report } from './report.ts';

const channel = 'banyan_sagas';

/** What ends within this time is told together. */
const gatherMs = 5;
/** Before the connection that listens is taken again. */
const reconnectMs = 500;

/** Takes one connection of the pool for good while it listens. */
export function createPostgresWakeUps({ pool, clock = systemClock }: { readonly pool: Pool; readonly clock?: Clock }): WakeUps {
  let isSending = false;
  const unheard = (error: Error): undefined => {
    report('debug', 'saga.wake-up.unheard', 'A wake-up was not sent or heard', { reason: error.message });
    return undefined;
  };
  const send = () => {
    if (isSending) return;
    isSending = true;
    void clock
      .wait(gatherMs)
      .then(() => {
        isSending = false;
        return pool.query(`notify ${channel}`);
      })
      .catch(unheard);
  };
  const listen: WakeUps['listen'] = async (onWake) => {
    const closing = new AbortController();
    const closed = new Promise<void>((resolve) => closing.signal.addEventListener('abort', () => resolve(), { once: true }));
    let listener: Listener | undefined = await listenOnce(pool, onWake);
    const keep = async () => {
      for (;;) {
        await Promise.race([listener?.lost, closed]);
        listener?.client.release(true);
        listener = undefined;
        while (listener === undefined) {
          if (!closing.signal.aborted) await clock.wait(reconnectMs, closing.signal);
          if (closing.signal.aborted) return;
          listener = await listenOnce(pool, onWake).catch(unheard);
        }
      }
    };
    const kept = keep();
    return {
      close: async () => {
        closing.abort();
        await kept;
      },
    };
  };
  return { send, listen };
}

interface Listener {
  readonly client: PoolClient;
  readonly lost: Promise<void>;
}

async function listenOnce(pool: Pool, onWake: () => void): Promise<Listener> {
  const client = await pool.connect();
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.once('end', () => resolve());
  });
  try {
    client.on('notification', onWake);
    await client.query(`listen ${channel}`);
    return { client, lost };
  } catch (error) {
    client.release(true);
    throw error;
  }
}
