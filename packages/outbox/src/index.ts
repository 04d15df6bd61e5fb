/** Events written with their rows, and remembered when handled: for pg and TypeORM. */
export { type ConsumerStoreOptions, createConsumerStore } from './consumer-store.ts';
export { crashPoints } from './crash-points.ts';
export { OutboxError, type OutboxErrorCode, outboxFaults } from './errors.ts';
export { installOutbox } from './install.ts';
export { createOutbox, type Outbox, type OutboxOptions, type PublishOptions } from './outbox.ts';
export { pgTransactions } from './pg-transactions.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export { type OutboxLag, outboxLagChannel } from './report.ts';
export type { SqlSession, Transaction, Transactions } from './transactions.ts';
export { typeOrmTransactions } from './typeorm-transactions.ts';
export { writeEvents, type WrittenEvent } from './write-events.ts';
