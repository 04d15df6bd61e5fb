/** Events written with their rows, and remembered when handled: for pg, TypeORM, Prisma, Drizzle and Kysely. */
export { type ConsumerStoreOptions, createConsumerStore } from './consumer-store.ts';
export { crashPoints } from './crash-points.ts';
export { type DrizzleDatabase, type DrizzleTransaction, drizzleTransactions } from './drizzle-transactions.ts';
export { OutboxError, type OutboxErrorCode, outboxFaults } from './errors.ts';
export { installOutbox } from './install.ts';
export { kyselyTransactions } from './kysely-transactions.ts';
export { createOutbox, type Outbox, type OutboxOptions, type PublishOptions } from './outbox.ts';
export { pgTransactions } from './pg-transactions.ts';
export { type PrismaClientOnPg, type PrismaTransaction, prismaTransactions } from './prisma-transactions.ts';
export { readTold, type Told, type ToldQuery } from './read-told.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export { type OutboxLag, outboxLagChannel } from './report.ts';
export type { SqlSession, Transaction, Transactions } from './transactions.ts';
export { typeOrmTransactions } from './typeorm-transactions.ts';
export { writeEvents, type WrittenEvent } from './write-events.ts';
