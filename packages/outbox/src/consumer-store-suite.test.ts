import { setImmediate } from 'node:timers/promises';
import type { ConsumerStore, SetAside } from '@banyan/bus';
import { describeConsumerStore } from '@banyan/bus/conformance';
import { createConsumerStore } from './consumer-store.ts';
import { type OpenOrm, orms } from './testing/orms.ts';
import type { Quiz } from './testing/quiz.ts';
import { shareQuiz } from './testing/shared-quiz.ts';

/** The suite's list of effects is the table of answers. */
async function openStores(open: OpenOrm, openQuiz: () => Promise<Quiz>) {
  const quiz = await openQuiz();
  const orm = await open({ ...quiz.database, connections: 20 });
  const transactions = orm.wrap();
  // From now on one connection is there: of two tries that the suite begins together the first is ahead.
  await transactions.run(async () => {});
  const asking = new Set<symbol>();
  return {
    createStore: async () => withAsking(createConsumerStore({ transactions }), asking),
    writeEffect: async (native: unknown, text: string) => {
      // The suite asks a third instance once two attempts have begun, and expects them to be still at work when it is answered.
      do await setImmediate();
      while (asking.size > 0);
      await orm.insertAnswer({ quiz: 'q1', text }, native);
    },
    effects: async () => (await quiz.database.query<{ text: string }>('select text from answers order by id')).rows.map(({ text }) => text),
    close: async () => {
      await orm.close();
      await quiz[Symbol.asyncDispose]();
    },
  };
}

/** Knows which calls of retryDue() have not been answered yet. */
function withAsking<Store extends Pick<ConsumerStore<Native>, 'retryDue'>, Native>(store: Store, asking: Set<symbol>): Store {
  const retryDue: ConsumerStore<Native>['retryDue'] = (group, attempt) => {
    const call = Symbol(group);
    asking.add(call);
    const answered = (native: Native, entry: SetAside) => {
      asking.delete(call);
      return attempt(native, entry);
    };
    return store.retryDue(group, answered).finally(() => asking.delete(call));
  };
  return { ...store, retryDue };
}

for (const { name, open } of orms) {
  const openQuiz = shareQuiz();
  describeConsumerStore(`PostgreSQL through ${name}`, () => openStores(open, openQuiz));
}
