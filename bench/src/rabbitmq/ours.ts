/** The bus of this project, through its seam: 16 partitions, order per key, one member of the group. */
import { createRabbitmqDriver } from '@banyan/bus-rabbitmq';
import type { EventEnvelope } from '@banyan/contract';
import { type MakeContestant, type } from './contestant.ts';

const group = 'stock';
const pullWaitMs = 1_000;

export const createOurs: MakeContestant = async ({ url, prefix, inFlight }) => {
  const driver = await createRabbitmqDriver({ url, prefix, prefetch: inFlight });
  await driver.subscribe({ group, types: [type] }).then((subscription) => subscription.close());
  return {
    name: 'ours',
    publish: (event) => driver.publish([event]),
    consume: async (handle) => {
      const subscription = await driver.subscribe({ group, types: [type] });
      const closing = new AbortController();
      const pulling = (async () => {
        while (!closing.signal.aborted) {
          const batch = await subscription.pull({ max: inFlight, waitMs: pullWaitMs, signal: closing.signal });
          for (const { content } of batch?.deliveries ?? []) handle(content as EventEnvelope);
          await batch?.settle();
        }
      })();
      return {
        close: async () => {
          closing.abort();
          await pulling;
          await subscription.close();
        },
      };
    },
    close: () => driver.close(),
  };
};
