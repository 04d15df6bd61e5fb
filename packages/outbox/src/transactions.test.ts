import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { createTestDatabase } from '@banyan/proof/test-database';
import { describe, expect, test } from 'vitest';
import { createConsumerStore } from './consumer-store.ts';
import { listenForWakeUps } from './relaying/wake-up.ts';
import { type Orm, orms } from './testing/orms.ts';
import { createPublisher, type Publisher, refused } from './testing/publisher.ts';
import { answerSubmitted, createQuizOutbox, loseConnectionDuringCommit, type Quiz } from './testing/quiz.ts';
import { shareQuiz } from './testing/shared-quiz.ts';
import { sqlState } from './transaction/commit.ts';
import type { Transactions } from './transactions.ts';

interface World extends AsyncDisposable, Publisher {
  readonly quiz: Quiz;
  readonly orm: Orm<unknown>;
  readonly transactions: Transactions<unknown>;
  /** In the ORM's transaction of the handle. */
  insert(native: unknown, text: string): Promise<unknown>;
}

const insert = 'insert into answers (quiz, text) values ($1, $2)';

describe.each(orms)('transactions of $name', ({ open }) => {
  const openQuiz = shareQuiz();

  /** With the quiz of another world it is a second program on the same database. */
  async function openWorld(given?: Quiz): Promise<World> {
    const quiz = given ?? (await openQuiz());
    const orm = await open(quiz.database);
    const transactions = orm.wrap();
    return {
      ...createPublisher(quiz, transactions),
      quiz,
      orm,
      transactions,
      insert: (native, text) => orm.insertAnswer({ quiz: 'q1', text }, native),
      [Symbol.asyncDispose]: async () => {
        await orm.close();
        if (given === undefined) await quiz[Symbol.asyncDispose]();
      },
    };
  }

  test('its own call is seen: rows and events are in one commit, and none of them after an error', async () => {
    await using world = await openWorld();
    const result = await world.orm.transact(async (native) => {
      await world.insert(native, 'one');
      world.publish('one');
      return 'the result';
    });
    await world.orm.transact(async (native) => {
      world.publish('two');
      await delay(1);
      await world.insert(native, 'two');
    });
    const failing = world.orm.transact(async (native) => {
      world.publish('never');
      await world.insert(native, 'never');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(result).toBe('the result');
    expect(await world.published()).toEqual(['one 1', 'two 2']);
    expect(await world.rows()).toEqual(['one', 'two']);
  });

  test('events are written last: who has published holds nobody up', async () => {
    await using world = await openWorld();
    await using other = await openWorld(world.quiz);
    await world.orm.transact(async (native) => {
      world.publish('first published');
      await world.insert(native, 'first');
      await other.orm.transact(async () => other.publish('first committed'));
    });
    expect(await world.published()).toEqual(['first committed 1', 'first published 2']);
  });

  test('going back to a savepoint drops what was published since, and nothing else', async ({ skip }) => {
    await using world = await openWorld();
    const { orm } = world;
    skip(orm.nest === undefined, 'its own call cannot be nested');
    await world.orm.transact(async (native) => {
      world.publish('before');
      await orm.nest!(native, async (nested) => {
        world.publish('kept');
        const failing = orm.nest!(nested, async (innermost) => {
          world.publish('never');
          await world.insert(innermost, 'never');
          await orm.nest!(innermost, async () => world.publish('never either'));
          throw new Error('inner');
        });
        await failing.catch(() => undefined);
        await world.insert(nested, 'kept');
      });
      // What fails inside a savepoint does not make the transaction fail.
      await orm.nest!(native, (nested) => orm.query(nested, 'select 1 / 0')).catch(() => undefined);
      world.publish('after');
    });
    expect(await world.published()).toEqual(['before 1', 'kept 2', 'after 3']);
    expect(await world.rows()).toEqual(['kept']);
  });

  test('what runs side by side does not see the transaction of the other', async () => {
    await using world = await openWorld();
    const { promise: held, resolve: commit } = Promise.withResolvers<void>();
    const first = world.orm.transact(async () => {
      await held;
      world.publish('first');
    });
    expect(() => world.publish('beside')).toThrow(refused);
    await world.orm.transact(async () => {
      await world.transactions.run(async () => world.publish('second'));
      await delay(1);
      world.publish('third');
    });
    expect(() => world.publish('beside')).toThrow(refused);
    commit();
    await first;
    expect(await world.published()).toEqual(['second 1', 'third 2', 'first 3']);
  });

  test('a bare statement and work that outlives its transaction are refused', async () => {
    await using world = await openWorld();
    await world.orm.insertAnswer({ quiz: 'q1', text: 'bare' });
    expect(() => world.publish('bare')).toThrow(refused);
    let late: Promise<unknown> | undefined;
    await world.orm.transact(async () => {
      late = delay(30).then(() => expect(() => world.publish('late')).toThrow(refused));
    });
    expect(() => world.publish('after')).toThrow(refused);
    await late;
    expect(await world.published()).toEqual([]);
    expect(await world.rows()).toEqual(['bare']);
  });

  test('one that was not given to the outbox is refused, with what to do', async () => {
    await using world = await openWorld();
    await using other = await openWorld(world.quiz);
    const publishing = other.orm.transact(async (native) => {
      await other.insert(native, 'never');
      world.publish('never');
    });
    await expect(publishing).rejects.toMatchObject({ code: 'OUTBOX_NO_TRANSACTION', fix: expect.stringContaining('which was given to') });
    expect(await world.rows()).toEqual([]);
  });

  test('run() opens a transaction or joins the one around it, and answers to the hooks in their order', async () => {
    await using world = await openWorld();
    const seen: string[] = [];
    await world.transactions.run(async (outer) => {
      outer.afterCommit(() => seen.push(`after, inside ${world.transactions.current() !== undefined}`));
      outer.beforeCommit(async () => void seen.push(`before, inside ${world.transactions.current() === outer}`));
      outer.beforeCommit(async () => void world.publish('from a hook'));
      await world.transactions.run(async (inner) => {
        expect(inner).toBe(outer);
        const written = await inner.session.query(`${insert} returning text`, ['q1', 'session']);
        expect(written).toEqual({ rows: [{ text: 'session' }], rowCount: 1 });
        expect(await inner.session.query('select text from answers where quiz = any($1)', [['q1', 'q2']])).toMatchObject({ rowCount: 1 });
        await world.insert(inner.native, 'native');
      });
      seen.push('work');
    });
    expect(seen).toEqual(['work', 'before, inside true', 'after, inside false']);
    expect(await world.rows()).toEqual(['session', 'native']);
    expect(await world.published()).toEqual(['from a hook 1']);
    expect(world.orm.wrap()).toBe(world.transactions);
  });

  test('the error of a hook before COMMIT is what the transaction fails with; one after it does not look like a rollback', async () => {
    await using world = await openWorld();
    const seen: string[] = [];
    const late = new Error('late');
    const failing = world.orm.transact(async (native) => {
      await world.insert(native, 'never');
      world.publish('never');
      world.transactions.current()!.beforeCommit(() => Promise.reject(late));
      world.transactions.current()!.afterCommit(() => seen.push('after'));
    });
    expect(await failing.catch((error: unknown) => error)).toBe(late);
    expect(seen).toEqual([]);
    const committed = await world.orm.transact(async (native) => {
      await world.insert(native, 'row');
      world.transactions.current()!.afterCommit(() => {
        throw new Error('a hook fails');
      });
      return 'committed';
    });
    expect(committed).toBe('committed');
    expect(await world.rows()).toEqual(['row']);
  });

  test('who holds the session after the end cannot write into the next transaction of the connection', async () => {
    await using world = await openWorld();
    const kept = await world.transactions.run(async (transaction) => transaction);
    const ended = expect.objectContaining({ code: 'OUTBOX_TRANSACTION_ENDED' });
    await world.orm.transact(async () => {
      await expect(kept.session.query(insert, ['q1', 'late'])).rejects.toThrow(/ended|released/);
      expect(() => kept.beforeCommit(async () => {})).toThrow(ended);
    });
    expect(await world.rows()).toEqual([]);
  });

  test('a swallowed error of a statement is refused instead of rolled back without a word', async () => {
    await using world = await openWorld();
    const swallow = (native: unknown) => world.orm.query(native, 'select 1 / 0').catch(() => undefined);
    await expect(world.orm.transact(swallow)).rejects.toMatchObject({ code: 'OUTBOX_TRANSACTION_FAILED' });
    const publishing = world.orm.transact(async (native) => {
      world.publish('never');
      await swallow(native);
    });
    await expect(publishing).rejects.toMatchObject({ code: 'OUTBOX_TRANSACTION_FAILED' });
    await world.orm.transact(async () => world.publish('next'));
    expect(await world.published()).toEqual(['next 1']);
  });

  test('what COMMIT refuses is the error of the server, which says nothing of the events', async () => {
    await using world = await openWorld();
    await world.quiz.database.query('alter table answers add constraint once unique (quiz) deferrable initially deferred');
    const seen: string[] = [];
    const twice = world.orm.transact(async (native) => {
      world.transactions.current()!.afterCommit(() => seen.push('after'));
      world.publish('ada@example.org');
      for (const text of ['one', 'two']) await world.insert(native, text);
    });
    const error = await twice.catch((thrown: unknown) => thrown);
    expect(sqlState(error)).toBe('23505');
    expect(seen).toEqual([]);
    expect(inspect(error, { depth: 9 })).not.toContain('ada@example.org');
    await world.orm.transact(async () => world.publish('next'));
    expect(await world.published()).toEqual(['next 1']);
  });

  test('the isolation that was asked for is kept, and who has to repeat is told so', async () => {
    await using world = await openWorld();
    await using other = await openWorld(world.quiz);
    await world.orm.transact(async (native) => {
      expect(await world.orm.query(native, 'show transaction_isolation')).toEqual([{ transaction_isolation: 'serializable' }]);
    }, 'serializable');
    const publishAfter = async (text: string, between: () => Promise<unknown>) =>
      world.orm.transact(async (native) => {
        await world.orm.query(native, 'select count(*)::integer from answers');
        await between();
        world.publish(text);
      }, 'serializable');
    await world.orm.transact(async () => world.publish('first'));
    const conflicting = publishAfter('never', () => other.orm.transact(async () => other.publish('second')));
    expect(sqlState(await conflicting.catch((error: unknown) => error))).toBe('40001');
    await publishAfter('repeated', async () => {});
    expect(await world.published()).toEqual(['first 1', 'second 2', 'repeated 3']);
  });

  test('a connection that is lost inside the transaction ends it, and the next one works', async () => {
    await using world = await openWorld();
    const seen: string[] = [];
    const lost = world.orm.transact(async (native) => {
      world.transactions.current()!.afterCommit(() => seen.push('after'));
      world.publish('never');
      const [{ pid }] = (await world.orm.query(native, 'select pg_backend_pid() as pid')) as [{ pid: number }];
      await world.quiz.database.query('select pg_terminate_backend($1)', [pid]);
      await world.orm.query(native, 'select 1');
    });
    await expect(lost).rejects.toBeInstanceOf(Error);
    expect(seen).toEqual([]);
    await world.orm.transact(async () => world.publish('next'));
    expect(await world.published()).toEqual(['next 1']);
  });

  test('a connection that is lost during COMMIT leaves an unknown outcome: no hook runs, relays are woken', async () => {
    await using world = await openWorld();
    const seen: string[] = [];
    const stop = listenForWakeUps({ database: world.quiz.database.name, wake: () => seen.push('woken') });
    const error = await loseConnectionDuringCommit(world.quiz, () =>
      world.orm.transact(async (native) => {
        world.transactions.current()!.afterCommit(() => seen.push('after'));
        world.publish('unknown');
        await world.insert(native, 'unknown');
      }),
    );
    stop();
    expect(error).toMatchObject({ code: 'OUTBOX_COMMIT_UNKNOWN' });
    expect(seen).toEqual(['woken']);
    expect(await world.transactions.run(async () => 'the next one works')).toBe('the next one works');
  });

  test('a database without the outbox is named, and the connection is as good as before', async () => {
    await using database = await createTestDatabase();
    await database.query('create table answers (id serial primary key, quiz text not null, text text not null)');
    const orm = await open({ ...database, connections: 1 });
    const outbox = createQuizOutbox(orm.wrap());
    const publishing = orm.transact(async (native) => {
      await orm.insertAnswer({ quiz: 'q1', text: 'never' }, native);
      outbox.publish(answerSubmitted, { quiz: 'q1', text: 'never' });
    });
    await expect(publishing).rejects.toMatchObject({ code: 'OUTBOX_NOT_INSTALLED' });
    await orm.insertAnswer({ quiz: 'q1', text: 'bare' });
    await orm.transact((native) => orm.insertAnswer({ quiz: 'q1', text: 'next' }, native));
    await orm.close();
    expect((await database.query('select text from answers order by id')).rows).toEqual([{ text: 'bare' }, { text: 'next' }]);
  });

  test('a handler writes its effect and publishes in the transaction of its note, once', async () => {
    await using world = await openWorld();
    const store = createConsumerStore({ transactions: world.transactions });
    const entry = { group: 'grading', generation: 0, eventId: 'e1', partitionKey: 'k1' };
    const effect = async (native: unknown) => {
      await world.insert(native, 'effect');
      world.publish('follows');
    };
    const failing = store.handle(entry, async (native) => {
      await effect(native);
      throw new Error('not yet');
    });
    await expect(failing).rejects.toThrow('not yet');
    expect(await store.handle(entry, effect)).toBe('handled');
    expect(await store.handle(entry, effect)).toBe('duplicate');
    expect(await world.rows()).toEqual(['effect']);
    expect(await world.published()).toEqual(['follows 1']);
  });
});
