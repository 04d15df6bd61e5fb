/** Stands in for those who keep something of users, in the process of the test, over the broker that the user service uses. */
import { type HeardEvent, hearEvents } from '@banyan/bus/event-hearer';
import { EventTeller } from '@banyan/bus/event-teller';
import { createPostgresDriver } from '@banyan/bus-postgres';
import type { EventData } from '@banyan/contract';
import {
  events,
  userCleanupDone,
  userCleanupFailed,
  userDeleted,
  userDeletionCancelled,
  userDeletionRequested,
} from '@helpdesk/contracts/events';

type Answer = 'done' | 'failed' | 'silent';

export interface Participants {
  /** What was said of deletions, oldest first. */
  readonly heard: readonly HeardEvent[];
  /** From now on; at first it is done at once. */
  answerWith(answer: Answer): void;
  /** What nobody has said to that request so far. */
  answerLate(requested: HeardEvent): Promise<void>;
  close(): Promise<void>;
}

export async function startParticipants(brokerUrl: string): Promise<Participants> {
  const driver = await createPostgresDriver({ url: brokerUrl, connections: 2 });
  const teller = new EventTeller({ drivers: [driver], catalogue: events, sourcePrefix: '/helpdesk/' });
  let answer: Answer = 'done';

  const reply = async ({ data }: HeardEvent, how: Answer) => {
    const { sagaId, userId } = data as EventData<typeof userDeletionRequested>;
    const about = { sagaId, userId, service: 'ticket' } as const;
    if (how === 'done') await teller.publish(userCleanupDone, { ...about, counts: {} });
    if (how === 'failed') await teller.publish(userCleanupFailed, { ...about, reason: 'tickets are broken' });
  };
  const hearer = await hearEvents({
    driver,
    types: [userDeletionRequested, userDeletionCancelled, userDeleted].map(({ type }) => type),
    onEvent: async (event) => {
      if (event.type === userDeletionRequested.type) await reply(event, answer);
    },
  });
  return {
    heard: hearer.heard,
    answerWith: (given) => (answer = given),
    answerLate: (requested) => reply(requested, 'done'),
    close: async () => {
      await hearer.stop();
      await driver.close();
    },
  };
}
