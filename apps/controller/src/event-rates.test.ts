import type { EventLog, StoredEvent } from '@banyan/event-store';
import { expect, test } from 'vitest';
import { EventRates } from './event-rates.ts';

/** A log of events at given seconds, that tells from where it was read. */
function logOf(published: readonly { readonly atS: number; readonly source: string }[]) {
  const readFrom: bigint[] = [];
  const events = published.map(({ atS, source }, index) => {
    return {
      position: BigInt(index + 1),
      partition: 0,
      event: { source, time: new Date(atS * 1000).toISOString() },
    } as unknown as StoredEvent;
  });
  const log: Pick<EventLog, 'read' | 'locate'> = {
    locate: async ({ from }) => {
      const after = events.findLast(({ event }) => Date.parse(event.time) < (from?.getTime() ?? 0))?.position ?? 0n;
      return { after, through: after };
    },
    read: async ({ after, limit }) => {
      const start = after as bigint;
      readFrom.push(start);
      const page = events.filter(({ position }) => position > start).slice(0, limit);
      const through = page.at(-1)?.position ?? start;
      return { events: page, through, more: through < BigInt(events.length) };
    },
  };
  return {
    log,
    readFrom,
    publish: (atS: number, source: string) => {
      events.push({
        position: BigInt(events.length + 1),
        partition: 0,
        event: { source, time: new Date(atS * 1000).toISOString() },
      } as unknown as StoredEvent);
    },
  };
}

test('what came within the window is counted per second and program, however it is looked at', async () => {
  let nowS = 100;
  const { log, readFrom, publish } = logOf([
    { atS: 10, source: '/node-learn/quiz' },
    { atS: 97, source: '/node-learn/quiz' },
    { atS: 98, source: '/node-learn/quiz' },
    { atS: 99, source: '/node-learn/auth' },
  ]);
  const rates = new EventRates({ now: () => nowS * 1000 });
  const [one, other] = await Promise.all([rates.look(log), rates.look(log)]);
  expect(one).toEqual({ quiz: 0.4, auth: 0.2 });
  expect(other).toBe(one);
  publish(101, '/node-learn/auth');
  nowS = 103.5;
  expect(await rates.look(log)).toEqual({ auth: 0.4 });
  expect(readFrom).toEqual([1n, 4n]); // the first look skips what is too old, the second what is counted
  nowS = 200;
  expect(await rates.look(log)).toEqual({});
});
