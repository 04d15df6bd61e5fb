/** From publish() resolved in one process to pull() resolved in another, one event at a time with a pause between. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresDriver } from '@banyan/bus-postgres';
import { createOrders } from './orders.ts';
import { createRawBus } from './raw-bus.ts';

const pauseMs = 10;

export interface Lag {
  /** Milliseconds, one per event. */
  readonly ours: number[];
  readonly raw: number[];
}

/** Ours and a bare notification in turns. */
export async function measureLag(url: string, rounds: number, perRound: number): Promise<Lag> {
  const [driver, bare] = [await createPostgresDriver({ url }), await createRawBus(url)];
  const readers = { ours: startReader('ours', url), raw: startReader('raw', url) };
  await Promise.all(Object.values(readers).map((reader) => once(reader, 'message')));
  const next = createOrders('/bench/lag');
  let number = 0;
  const publish = { ours: () => driver.publish([next(`k${(number += 1) % 50}`)]), raw: () => bare.publish() };
  const lag: Lag = { ours: [], raw: [] };
  const measure = async (who: keyof Lag): Promise<number> => {
    const arrived = once(readers[who], 'message') as Promise<[string]>;
    await publish[who]();
    const publishedAt = process.hrtime.bigint();
    const [at] = await arrived;
    return Math.max(0, Number(BigInt(at) - publishedAt) / 1e6);
  };
  try {
    for (const who of ['ours', 'raw'] as const) for (let warm = 0; warm < 50; warm += 1) await measure(who);
    for (let round = 0; round < rounds * 2; round += 1) {
      const who = round % 2 === 0 ? 'ours' : 'raw';
      for (let event = 0; event < perRound; event += 1) {
        lag[who].push(await measure(who));
        await sleep(pauseMs);
      }
    }
    return lag;
  } finally {
    for (const reader of Object.values(readers)) reader.kill();
    await Promise.all([driver.close(), bare.close()]);
  }
}

function startReader(kind: 'ours' | 'raw', url: string): ReturnType<typeof fork> {
  return fork(new URL('lag-reader.js', import.meta.url).pathname, [kind, url]);
}
