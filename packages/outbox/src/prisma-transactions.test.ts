import { setTimeout as delay } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { describe, expect, test } from 'vitest';
import { PrismaClient } from './generated/testing/client.ts';
import { prismaTransactions } from './prisma-transactions.ts';
import { listenForWakeUps } from './relaying/wake-up.ts';
import { createPublisher, refused } from './testing/publisher.ts';
import { openQuiz } from './testing/quiz.ts';

/** As programs with a container for their parts have it. */
class Database extends PrismaClient {
  readonly statements: string[] = [];

  constructor(url: string) {
    const adapter = new PrismaPg({ connectionString: url });
    super({ adapter, log: [{ emit: 'event', level: 'query' }] });
    (this as PrismaClient<'query'>).$on('query', ({ query }) => this.statements.push(query));
  }
}

async function openWorld() {
  const quiz = await openQuiz();
  // As if a relay were in this process: nobody else has to be told of commits.
  const stopListening = listenForWakeUps({ database: quiz.database.name, wake: () => {} });
  const client = new Database(quiz.database.url);
  const transactions = prismaTransactions(client);
  return {
    ...createPublisher(quiz, transactions),
    quiz,
    client,
    transactions,
    [Symbol.asyncDispose]: async () => {
      stopListening();
      await client.$disconnect();
      await quiz[Symbol.asyncDispose]();
    },
  };
}

const answer = (text: string) => ({ data: { quiz: 'q1', text } });

describe('transactions of Prisma', () => {
  test('$transaction() of a class of its own and of an extended client is seen; what Prisma tells of its queries says nothing of the events', async () => {
    await using world = await openWorld();
    await world.client.$transaction(async (transaction) => {
      await transaction.answer.create(answer('one'));
      world.publish('one');
    });
    const extended = world.client.$extends({ model: { answer: { say: (text: string) => answer(text) } } });
    await extended.$transaction(async (transaction) => {
      await transaction.answer.create(transaction.answer.say('two'));
      await transaction.$transaction(async () => world.publish('two'));
    });
    expect(await world.published()).toEqual(['one 1', 'two 2']);
    expect(await world.rows()).toEqual(['one', 'two']);
    expect(world.client.statements.filter((statement) => statement === 'COMMIT')).toHaveLength(2);
    expect(world.client.statements.join()).not.toContain('write_events');
  });

  test.each([{ first: 'client' }, { first: 'extended' }] as const)(
    'a client and one that it is extended into can both be given, the $first one first',
    async ({ first }) => {
      await using quiz = await openQuiz();
      const client = new Database(quiz.database.url);
      const make = { client, extended: client.$extends({ model: { answer: { say: (text: string) => answer(text) } } }) };
      prismaTransactions(make[first]);
      const { publish, published, rows } = createPublisher(quiz, prismaTransactions(client));
      const transactions = prismaTransactions(make.extended);
      await transactions.run(async ({ native }) => {
        await native.answer.create(native.answer.say('one'));
        publish('one');
      });
      await client.$transaction(async () => publish('two'));
      const failing = transactions.run(async () => {
        publish('never');
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(prismaTransactions(make.extended)).toBe(transactions);
      expect(await published()).toEqual(['one 1', 'two 2']);
      expect(await rows()).toEqual(['one']);
      await client.$disconnect();
    },
  );

  test('$transaction() with an array works as before; there is no code in it that could publish, and beside it nobody may', async () => {
    await using world = await openWorld();
    const { answer: answers } = world.client;
    const batch = world.client.$transaction([answers.create(answer('one')), answers.create(answer('two')), answers.count()]);
    expect(() => world.publish('beside')).toThrow(refused);
    expect((await batch)[2]).toBe(2);
    expect(() => world.publish('after')).toThrow(refused);
    expect(await world.rows()).toEqual(['one', 'two']);
  });

  test('a client that has connected before is refused, and its transaction is rolled back', async () => {
    await using quiz = await openQuiz();
    const client = new Database(quiz.database.url);
    await client.$connect();
    const { publish, rows } = createPublisher(quiz, prismaTransactions(client));
    const late = client.$transaction(async (transaction) => {
      await transaction.answer.create(answer('never'));
      publish('never');
    });
    await expect(late).rejects.toMatchObject({
      code: 'OUTBOX_TRANSACTION_UNSEEN',
      fix: expect.stringContaining('before the client connects'),
    });
    expect(await rows()).toEqual([]);
    await client.$disconnect();
  });

  test('a transaction whose time Prisma has over carries nothing, and takes nothing more', async () => {
    await using world = await openWorld();
    const overdue = world.client.$transaction(
      async (transaction) => {
        await transaction.answer.create(answer('never'));
        world.publish('never');
        const around = world.transactions.current()!;
        while (around === world.transactions.current()) await delay(5);
        expect(() => world.publish('late')).toThrow(refused);
        await expect(around.session.query('select 1')).rejects.toMatchObject({ code: 'OUTBOX_TRANSACTION_ENDED' });
      },
      { timeout: 50 },
    );
    await expect(overdue).rejects.toMatchObject({ code: 'P2028' });
    expect(await world.rows()).toEqual([]);
    await world.client.$transaction(async () => world.publish('next'));
    expect(await world.published()).toEqual(['next 1']);
  });

  test('after it has connected anew transactions are seen as before', async () => {
    await using world = await openWorld();
    await world.client.$transaction(async () => world.publish('one'));
    await world.client.$disconnect();
    await world.client.$transaction(async () => world.publish('two'));
    expect(await world.published()).toEqual(['one 1', 'two 2']);
  });

  test('another adapter is refused', () => {
    const client = { _engineConfig: { adapter: { adapterName: '@prisma/adapter-mariadb' } } } as unknown as PrismaClient;
    expect(() => prismaTransactions(client)).toThrow(expect.objectContaining({ code: 'OUTBOX_OPTION_INVALID' }));
  });
});
