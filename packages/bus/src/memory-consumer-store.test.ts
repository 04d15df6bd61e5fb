import { describeConsumerStore } from './conformance.ts';
import { createMemoryDatabase } from './memory-consumer-store.ts';

describeConsumerStore('memory', async () => {
  const database = createMemoryDatabase();
  const effects: string[] = [];
  return {
    createStore: async () => database.createStore(),
    writeEffect: async (session, text) => session.write(() => effects.push(text)),
    effects: async () => effects,
    close: async () => {},
  };
});
