/** Stands in for the services that quiz hears and that hear quiz, in the process of the test, over the broker that quiz uses. */
import { type HeardEvent, hearEvents } from '@banyan/bus/event-hearer';
import { EventTeller } from '@banyan/bus/event-teller';
import { createPostgresDriver } from '@banyan/bus-postgres';
import type { EventContract, EventData } from '@banyan/contract';
import type { TestDatabase } from '@banyan/proof/test-database';
import { achievementChecked, achievementCheckFailed, answerSubmitted, events } from '@node-learn/contracts';

type Badges = EventData<typeof achievementChecked>['awarded'];

export interface Others {
  /** What quiz has published, oldest first. */
  readonly heard: readonly HeardEvent[];
  ofType(type: string): readonly HeardEvent[];
  publish<Contract extends EventContract>(contract: Contract, data: EventData<Contract>): Promise<void>;
  /** How achievement answers from now on; at first not at all. */
  check(answer: (submitted: HeardEvent) => Badges | 'failed' | 'silent'): void;
  close(): Promise<void>;
}

export async function startOthers(broker: TestDatabase): Promise<Others> {
  const driver = await createPostgresDriver({ url: broker.url, connections: 2 });
  const teller = new EventTeller({ drivers: [driver], catalogue: events, sourcePrefix: '/node-learn/' });
  let answer: Parameters<Others['check']>[0] = () => 'silent';

  const publish: Others['publish'] = async (contract, data) => void (await teller.publish(contract, data));

  const onEvent = async (event: HeardEvent) => {
    if (event.type !== answerSubmitted.type) return;
    const { userId, questionId } = event.data as EventData<typeof answerSubmitted>;
    const outcome = answer(event);
    const about = { answerEventId: event.id, correlationId: event.correlationid, userId, questionId };
    if (outcome === 'failed') await publish(achievementCheckFailed, { ...about, error: 'badges are broken' });
    else if (outcome !== 'silent') await publish(achievementChecked, { ...about, awarded: outcome });
  };
  const types = ['answer.submitted', 'answer.rolled_back', 'answer_submission.failed'];
  const hearer = await hearEvents({ driver, types, onEvent });
  return {
    heard: hearer.heard,
    ofType: (type) => hearer.ofType(type),
    publish,
    check: (given) => (answer = given),
    close: async () => {
      await hearer.stop();
      await driver.close();
    },
  };
}
