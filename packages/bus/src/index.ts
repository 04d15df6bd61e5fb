/** Publish, subscribe, order, retry, dead letters above one broker; a broker in memory. */
export { type Clock, type Random, systemClock, systemRandom } from './clock.ts';
export type * from './consumer-store.ts';
export { consume, type Consumer, type ConsumerStatus } from './consumer.ts';
export { type ConsumerLimits, type ConsumerOptions, defaultConsumerLimits } from './consumer-options.ts';
export { crashPoints } from './crash-points.ts';
export type { Batch, BusCapabilities, BusDriver, Delivery, DriverSubscription, SubscriptionOptions } from './driver.ts';
export { BusError, type BusErrorCode, busFaults } from './errors.ts';
export { deadLetter, done, type EventHandler, type HandlerContext, on, type Outcome, retry } from './handler.ts';
export { createMemoryBroker, type MemoryBroker, type MemoryBrokerOptions } from './memory-broker.ts';
export { createMemoryConsumerStore, createMemoryDatabase, type MemoryDatabase, type MemorySession } from './memory-consumer-store.ts';
export { consumptionChannel, type ConsumptionReport } from './report.ts';
export { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';
export { whenIdle } from './tracked-session.ts';
