/** Stands in for the services that quiz hears and that hear quiz, in the process of the test, over the broker that quiz uses. */
import { setTimeout as pause } from 'node:timers/promises';
import { EventTeller } from '@banyan/bus/event-teller';
import { createPostgresDriver } from '@banyan/bus-postgres';
import { type EventContract, type EventData, type EventEnvelope, readEnvelope } from '@banyan/contract';
import type { TestDatabase } from '@banyan/proof/test-database';
import { achievementChecked, achievementCheckFailed, answerSubmitted, events } from '@node-learn/contracts';

type Heard = EventEnvelope<Record<string, unknown>>;
type Badges = EventData<typeof achievementChecked>['awarded'];

export interface Others {
  /** What quiz has published, oldest first. */
  readonly heard: readonly Heard[];
  ofType(type: string): readonly Heard[];
  publish<Contract extends EventContract>(contract: Contract, data: EventData<Contract>): Promise<void>;
  /** How achievement answers from now on; at first not at all. */
  check(answer: (submitted: Heard) => Badges | 'failed' | 'silent'): void;
  close(): Promise<void>;
}

export async function startOthers(broker: TestDatabase): Promise<Others> {
  const driver = await createPostgresDriver({ url: broker.url, connections: 2 });
  const types = ['answer.submitted', 'answer.rolled_back', 'answer_submission.failed'];
  const subscription = await driver.subscribe({ group: 'others', types, from: 'beginning' });
  const heard: Heard[] = [];
  const teller = new EventTeller({ drivers: [driver], catalogue: events, sourcePrefix: '/node-learn/' });
  let answer: Parameters<Others['check']>[0] = () => 'silent';

  const publish: Others['publish'] = async (contract, data) => void (await teller.publish(contract, data));

  const hear = async (content: unknown) => {
    const reading = readEnvelope(content);
    if ('unreadable' in reading) throw new Error(reading.unreadable);
    const { envelope } = reading;
    // What was not settled because the broker went away comes again.
    if (heard.some(({ id }) => id === envelope.id)) return;
    heard.push(envelope);
    if (envelope.type !== answerSubmitted.type) return;
    const { userId, questionId } = envelope.data as EventData<typeof answerSubmitted>;
    const outcome = answer(envelope);
    const about = { answerEventId: envelope.id, correlationId: envelope.correlationid, userId, questionId };
    if (outcome === 'failed') await publish(achievementCheckFailed, { ...about, error: 'badges are broken' });
    else if (outcome !== 'silent') await publish(achievementChecked, { ...about, awarded: outcome });
  };

  let isClosed = false;
  const listening = (async () => {
    while (!isClosed) {
      // The broker may be away because a test wants it so: then nothing is heard until it is back.
      const batch = await subscription.pull({ max: 100, waitMs: 500 }).catch(() => pause(100, undefined));
      for (const { content } of batch?.deliveries ?? []) await hear(content);
      await batch?.settle().catch(() => pause(100, undefined));
    }
  })();
  return {
    heard,
    ofType: (type) => heard.filter((event) => event.type === type),
    publish,
    check: (given) => (answer = given),
    close: async () => {
      isClosed = true;
      await listening;
      await driver.close();
    },
  };
}
