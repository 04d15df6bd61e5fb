import { setImmediate } from 'node:timers/promises';
import type { ConsumerStore, SetAside } from '@banyan/bus';
import { describeConsumerStore } from '@banyan/bus/conformance';
import { DataSource } from 'typeorm';
import { createConsumerStore } from './consumer-store.ts';
import { pgTransactions } from './pg-transactions.ts';
import { openQuiz, type Quiz } from './testing/quiz.ts';
import type { Transactions } from './transactions.ts';
import { typeOrmTransactions } from './typeorm-transactions.ts';

const insert = 'insert into answers (quiz, text) values ($1, $2)';

/** The suite's list of effects is the table of answers. */
async function storeOn<Native>(
  quiz: Quiz,
  transactions: Transactions<Native>,
  write: (native: Native, text: string) => Promise<unknown>,
  end: () => Promise<unknown> = async () => {},
) {
  const asking = new Set<symbol>();
  return {
    createStore: async () => withAsking(createConsumerStore({ transactions }), asking),
    writeEffect: async (native: Native, text: string) => {
      // The suite asks a third instance once two attempts have begun, and expects them to be still at work when it is answered.
      do await setImmediate();
      while (asking.size > 0);
      await write(native, text);
    },
    effects: async () => (await quiz.database.query<{ text: string }>('select text from answers order by id')).rows.map(({ text }) => text),
    close: async () => {
      await end();
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

describeConsumerStore('PostgreSQL through pg', async () => {
  const quiz = await openQuiz({ connections: 20 });
  return storeOn(quiz, pgTransactions(quiz.pool), (client, text) => client.query(insert, ['q1', text]));
});

describeConsumerStore('PostgreSQL through TypeORM', async () => {
  const quiz = await openQuiz();
  const dataSource = await new DataSource({ type: 'postgres', url: quiz.database.url, poolSize: 20 }).initialize();
  const transactions = typeOrmTransactions(dataSource);
  return storeOn(
    quiz,
    transactions,
    (manager, text) => manager.query(insert, ['q1', text]),
    () => dataSource.destroy(),
  );
});
