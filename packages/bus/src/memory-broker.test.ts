import { describeBusDriver } from './conformance.ts';
import { createMemoryBroker } from './memory-broker.ts';

describeBusDriver('memory', async () => {
  const broker = createMemoryBroker();
  return {
    createDriver: async () => broker.createDriver(),
    kill: async (driver) => broker.disconnect(driver),
    put: async (message) => broker.put(message),
    close: async () => {},
  };
});
