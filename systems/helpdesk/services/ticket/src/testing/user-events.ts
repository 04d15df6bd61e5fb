/** Tells what the user service would tell, and hears what is answered; of people who are not deleted there. */
import { randomUUID } from 'node:crypto';
import { hearEvents } from '@banyan/bus/event-hearer';
import { EventTeller } from '@banyan/bus/event-teller';
import { createPostgresDriver } from '@banyan/bus-postgres';
import type { EventData, EventEnvelope } from '@banyan/contract';
import { eventually, ScenarioFailure } from '@banyan/proof';
import {
  events,
  userCleanupDone,
  userCleanupFailed,
  userDeleted,
  userDeletionCancelled,
  userDeletionRequested,
} from '@helpdesk/contracts/events';

export interface UserEvents {
  /** Resolves with what was answered. */
  request(userId: string): Promise<{ readonly requested: EventEnvelope; readonly answer: Readonly<Record<string, unknown>> }>;
  cancel(requested: EventEnvelope): Promise<void>;
  delete(requested: EventEnvelope): Promise<void>;
  again(told: EventEnvelope): Promise<void>;
  answers(): number;
  close(): Promise<void>;
}

export async function startUserEvents(brokerUrl: string): Promise<UserEvents> {
  const driver = await createPostgresDriver({ url: brokerUrl, connections: 2 });
  const teller = new EventTeller({ drivers: [driver], catalogue: events, sourcePrefix: '/helpdesk/' });
  const hearer = await hearEvents({ driver, types: [userCleanupDone.type, userCleanupFailed.type] });
  const about = ({ data }: EventEnvelope) => {
    const { sagaId, userId } = data as EventData<typeof userDeletionRequested>;
    return { sagaId, userId };
  };
  return {
    request: async (userId) => {
      const data = { sagaId: randomUUID(), userId, email: `${userId}@example.test`, role: 'AGENT', actorId: 'admin' } as const;
      const requested = await teller.publish(userDeletionRequested, data);
      const answer = await eventually(
        async () => {
          const found = hearer.heard.find((event) => event.data['sagaId'] === data.sagaId);
          if (found === undefined) throw new ScenarioFailure('nothing is answered');
          return found.data;
        },
        { timeoutMs: 60_000 },
      );
      return { requested, answer };
    },
    cancel: async (requested) => void (await teller.publish(userDeletionCancelled, { ...about(requested), reason: 'a test' })),
    delete: async (requested) => {
      const { sagaId, userId } = about(requested);
      const gone = { sagaId, userId, email: null, role: null, actorId: 'admin', deletedAt: new Date().toISOString() };
      await teller.publish(userDeleted, gone);
    },
    again: (told) => teller.again(told),
    answers: () => hearer.heard.length,
    close: async () => {
      await hearer.stop();
      await driver.close();
    },
  };
}
