/** A service for tests: one table, two events, a database of its own. */
import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { event, type EventEnvelope } from '@banyan/contract';
import { Pool } from 'pg';
import { z } from 'zod';
import { installOutbox } from '../install.ts';
import { createOutbox, type Outbox } from '../outbox.ts';
import { pgTransactions } from '../pg-transactions.ts';

export const answerSubmitted = event({
  type: 'answer.submitted',
  version: 1,
  summary: 'Somebody has answered.',
  key: 'quiz',
  data: z.object({ quiz: z.string(), text: z.string() }),
  personal: ['text'],
});

export const quizClosed = event({
  type: 'quiz.closed',
  version: 2,
  summary: 'No more answers.',
  key: 'quiz',
  data: z.object({ quiz: z.string() }),
  upcasters: { 1: (data) => data },
});

/** Not published by the service of these tests. */
export const quizDeleted = event({
  type: 'quiz.deleted',
  version: 1,
  summary: 'Gone.',
  key: 'quiz',
  data: z.object({ quiz: z.string(), reason: z.string() }),
});

export const source = '/node-learn/quiz';

export type QuizOutbox = Outbox<typeof answerSubmitted | typeof quizClosed>;

export function createQuizOutbox(transactions: Parameters<typeof createOutbox>[0]['transactions'], from = source): QuizOutbox {
  return createOutbox({ transactions, source: from, publishes: [answerSubmitted, quizClosed] });
}

export interface Quiz extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly pool: Pool;
  readonly transactions: ReturnType<typeof pgTransactions>;
  readonly outbox: QuizOutbox;
  /** What waits in the outbox, in the order in which a relay takes it. */
  waiting(): Promise<EventEnvelope<{ quiz: string; text: string }>[]>;
}

/** Makes COMMIT of whoever inserts an answer from now on wait until the answer is called. */
export async function holdCommits(quiz: Quiz): Promise<() => void> {
  await quiz.database.query(`
    create function hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(1); return null; end $$;
    create constraint trigger hold after insert on answers deferrable initially deferred for each row execute function hold()`);
  const holder = await quiz.pool.connect();
  await holder.query('select pg_advisory_lock(1)');
  return () => holder.release(true);
}

/** Ends the connection of a COMMIT while it waits; answers what it fails with. */
export async function loseConnectionDuringCommit(quiz: Quiz, committing: () => Promise<unknown>): Promise<unknown> {
  const release = await holdCommits(quiz);
  const outcome = committing().catch((error: unknown) => error);
  const waiting = "query like '%COMMIT' and wait_event = 'advisory' and datname = current_database()";
  for (let ended: number | null = 0; ended === 0; await delay(5)) {
    ended = (await quiz.database.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${waiting}`)).rowCount;
  }
  const error = await outcome;
  release();
  return error;
}

export async function openQuiz({
  connections = 10,
  pipeline = false,
}: { readonly connections?: number; readonly pipeline?: boolean } = {}): Promise<Quiz> {
  const database = await createTestDatabase();
  const pool = new Pool({ connectionString: database.url, max: connections, pipeline });
  pool.on('error', () => {}); // tests end connections from outside
  await installOutbox(pool);
  await database.query('create table answers (id serial primary key, quiz text not null, text text not null)');
  const transactions = pgTransactions(pool);
  return {
    database,
    pool,
    transactions,
    outbox: createQuizOutbox(transactions),
    waiting: async () => {
      const found = await database.query<{ envelope: string }>('select envelope from banyan.outbox order by position');
      return found.rows.map(({ envelope }) => JSON.parse(envelope));
    },
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database.close();
    },
  };
}
