import { systemClock } from '@banyan/bus/clock';
import { describeSagaStore } from './conformance.ts';
import { createMemorySagaDatabase } from './memory-store.ts';

describeSagaStore('memory', async () => {
  const database = createMemorySagaDatabase({ clock: systemClock });
  const { store, transactions } = database.connect();
  const connect = () => store; // sessions belong to the connection that opened them
  return { connect, inTransaction: (work) => transactions.run(({ session }) => work(session)), close: async () => {} };
});
