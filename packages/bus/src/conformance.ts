/** What every bus driver and every consumer store must pass: call these in a test file of theirs. */
export { type BrokerUnderTest, describeBusDriver } from './conformance/bus-driver.ts';
export { describeConsumerStore, type StoreUnderTest } from './conformance/consumer-store.ts';
