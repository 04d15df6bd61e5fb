/** A program that submits answers and relays their events to a broker; a proof kills it on its way. */
import { Pool } from 'pg';
import { pgTransactions } from '../pg-transactions.ts';
import { createRelay } from '../relay.ts';
import { brokerOn } from './broker.ts';
import { answerSubmitted, createQuizOutbox } from './quiz.ts';

const { DATABASE_URL: url = '', RUN: run = '', TRANSACTIONS: count = '0' } = process.env;
const pool = new Pool({ connectionString: url, max: 8 });
const transactions = pgTransactions(pool);
const outbox = createQuizOutbox(transactions);
const relay = createRelay({ database: { url }, driver: brokerOn(pool), batchSize: 7, pollMs: 20 });

async function submit(writer: number): Promise<void> {
  for (let n = 0; n < Number(count); n += 1) {
    const failed = transactions.run(async ({ session }) => {
      for (const key of [writer % 3, (writer + n) % 3]) {
        const text = `${run}.${writer}.${n}.${key}`;
        await session.query('insert into answers (quiz, text) values ($1, $2)', [`k${key}`, text]);
        outbox.publish(answerSubmitted, { quiz: `k${key}`, text });
      }
      if (n % 4 === 3) throw new Error('rolled back on purpose');
    });
    await failed.catch((error: Error) => {
      if (error.message !== 'rolled back on purpose') throw error;
    });
  }
}

relay.start();
await Promise.all(Array.from({ length: 6 }, (_, writer) => submit(writer)));
await relay.stop();
await pool.end();
