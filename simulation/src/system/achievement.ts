/** The service that counts answers and holds what sagas reserve. */
import { answerFinished, answerRecorded, answerWithdrawn } from './contracts.ts';
import { consumeUntilDead, counted, createInstance, type Instance, type Place } from './instance.ts';

export function startAchievement(place: Place): Instance {
  const instance = createInstance(place, []);
  void consumeUntilDead(
    instance,
    [answerRecorded, answerWithdrawn, answerFinished].map((contract) => counted(instance, contract)),
  );
  return instance;
}
