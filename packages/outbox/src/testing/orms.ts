/** Each way to open transactions, as the tests that are for all of them use it. */
import { PrismaPg } from '@prisma/adapter-pg';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, serial, text } from 'drizzle-orm/pg-core';
import { type Generated, Kysely, type Transaction as KyselyTransaction, PostgresDialect, sql as kyselySql } from 'kysely';
import { Pool, type PoolClient } from 'pg';
import { DataSource, type EntityManager, EntitySchema } from 'typeorm';
import { type DrizzleTransaction, drizzleTransactions } from '../drizzle-transactions.ts';
import { PrismaClient } from '../generated/testing/client.ts';
import { kyselyTransactions } from '../kysely-transactions.ts';
import { pgTransactions } from '../pg-transactions.ts';
import { type PrismaTransaction, prismaTransactions } from '../prisma-transactions.ts';
import type { Transactions } from '../transactions.ts';
import { typeOrmTransactions } from '../typeorm-transactions.ts';

/** An ORM that is connected to a database, and not wrapped yet. `Native` is what it hands to the work of a transaction. */
export interface Orm<Native> {
  wrap(): Transactions<Native>;
  /** Its own call. Isolation: default or serializable. */
  transact<Result>(work: (native: Native) => Promise<Result>, isolation?: 'serializable'): Promise<Result>;
  /** A transaction inside the transaction, where its own call can be nested. */
  nest?<Result>(native: Native, work: (native: Native) => Promise<Result>): Promise<Result>;
  /** By its own means. Without a handle it commits by itself. */
  insertAnswer(answer: Answer, native?: Native): Promise<unknown>;
  /** Answers the rows. */
  query(native: Native, statement: string): Promise<unknown>;
  close(): Promise<unknown>;
}

interface Answer {
  readonly quiz: string;
  readonly text: string;
}

export interface OrmOptions {
  readonly url: string;
  readonly connections?: number;
}

/** `Native` is known to those alone who open it. */
export type OpenOrm = (options: OrmOptions) => Promise<Orm<unknown>>;

export const orms: readonly { readonly name: string; readonly open: OpenOrm }[] = [
  { name: 'pg', open: openPg },
  { name: 'pg with pipeline', open: (options) => openPg({ ...options, pipeline: true }) },
  { name: 'TypeORM', open: openTypeOrm },
  { name: 'Prisma', open: openPrisma },
  { name: 'Drizzle', open: openDrizzle },
  { name: 'Kysely', open: openKysely },
];

const insert = 'insert into answers (quiz, text) values ($1, $2)';

/** Tests end connections from outside. */
function openPool({ url, connections = 10, pipeline = false }: OrmOptions & { readonly pipeline?: boolean }): Pool {
  const pool = new Pool({ connectionString: url, max: connections, pipeline });
  pool.on('error', () => {});
  return pool;
}

async function openPg(options: OrmOptions & { readonly pipeline?: boolean }): Promise<Orm<PoolClient>> {
  const pool = openPool(options);
  const transactions = pgTransactions(pool);
  return {
    wrap: () => transactions,
    transact: (work, isolation) =>
      transactions.run(async ({ native }) => {
        if (isolation !== undefined) await native.query(`set transaction isolation level ${isolation}`);
        return work(native);
      }),
    insertAnswer: ({ quiz, text: answer }, client) => (client ?? pool).query(insert, [quiz, answer]),
    query: async (client, statement) => (await client.query(statement)).rows,
    close: () => pool.end(),
  };
}

export const answerEntity = new EntitySchema<Answer & { id?: number }>({
  name: 'answers',
  columns: { id: { type: Number, primary: true, generated: true }, quiz: { type: String }, text: { type: String } },
});

async function openTypeOrm({ url, connections = 10 }: OrmOptions): Promise<Orm<EntityManager>> {
  const dataSource = await new DataSource({ type: 'postgres', url, poolSize: connections, entities: [answerEntity] }).initialize();
  return {
    wrap: () => typeOrmTransactions(dataSource),
    transact: (work, isolation) => (isolation === undefined ? dataSource.transaction(work) : dataSource.transaction('SERIALIZABLE', work)),
    nest: (manager, work) => manager.transaction(work),
    insertAnswer: (answer, manager) => (manager ?? dataSource.manager).insert(answerEntity, answer),
    query: (manager, statement) => manager.query(statement),
    close: () => dataSource.destroy(),
  };
}

function createPrismaClient({ url, connections = 10 }: OrmOptions): PrismaClient {
  return new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max: connections }),
    // Long enough for a machine on which everything else runs as well.
    transactionOptions: { maxWait: 60_000, timeout: 60_000 },
  });
}

async function openPrisma(options: OrmOptions): Promise<Orm<PrismaTransaction<PrismaClient>>> {
  const client = createPrismaClient(options);
  return {
    wrap: () => prismaTransactions(client),
    transact: (work, isolation) => client.$transaction(work, isolation === undefined ? {} : { isolationLevel: 'Serializable' }),
    nest: (transaction, work) => transaction.$transaction(work),
    insertAnswer: (data, transaction) => (transaction ?? client).answer.create({ data }),
    query: (transaction, statement) => transaction.$queryRawUnsafe(statement),
    close: () => client.$disconnect(),
  };
}

const answers = pgTable('answers', { id: serial().primaryKey(), quiz: text().notNull(), text: text().notNull() });

async function openDrizzle(options: OrmOptions): Promise<Orm<DrizzleTransaction<NodePgDatabase>>> {
  const pool = openPool(options);
  const database = drizzle({ client: pool });
  return {
    wrap: () => drizzleTransactions(database),
    transact: (work, isolationLevel) => database.transaction(work, isolationLevel === undefined ? undefined : { isolationLevel }),
    nest: (transaction, work) => transaction.transaction(work),
    insertAnswer: async (answer, transaction) => (transaction ?? database).insert(answers).values(answer),
    query: async (transaction, statement) => (await transaction.execute(drizzleSql.raw(statement))).rows,
    close: () => pool.end(),
  };
}

export interface Tables {
  readonly answers: Answer & { readonly id: Generated<number> };
}

async function openKysely(options: OrmOptions): Promise<Orm<KyselyTransaction<Tables>>> {
  const pool = openPool(options);
  // Who has a client of the pool has to listen for its loss, and Kysely does not.
  pool.on('connect', (client) => client.on('error', () => {}));
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    wrap: () => kyselyTransactions(database),
    transact: (work, isolation) => {
      const builder = database.transaction();
      return (isolation === undefined ? builder : builder.setIsolationLevel(isolation)).execute(work);
    },
    insertAnswer: (answer, transaction) => (transaction ?? database).insertInto('answers').values(answer).execute(),
    query: async (transaction, statement) => (await kyselySql.raw(statement).execute(transaction)).rows,
    close: () => database.destroy(),
  };
}
