/** What tests of transactions do: publish answers of one quiz, and read what has become of events and rows. */
import { expect } from 'vitest';
import type { Transactions } from '../transactions.ts';
import { answerSubmitted, createQuizOutbox, type Quiz } from './quiz.ts';

export interface Publisher {
  readonly publish: (text: string) => string;
  /** Texts of the events with their sequences, in the order in which a relay takes them. */
  readonly published: () => Promise<string[]>;
  /** Texts of the rows. */
  readonly rows: () => Promise<string[]>;
}

export function createPublisher(quiz: Quiz, transactions: Transactions<unknown>): Publisher {
  const outbox = createQuizOutbox(transactions);
  return {
    publish: (text) => outbox.publish(answerSubmitted, { quiz: 'q1', text }),
    published: async () => (await quiz.waiting()).map(({ data, sequence }) => `${data.text} ${Number(sequence)}`),
    rows: async () => (await quiz.database.query<{ text: string }>('select text from answers order by id')).rows.map(({ text }) => text),
  };
}

/** What publish() throws where no transaction is seen. */
export const refused = expect.objectContaining({ code: 'OUTBOX_NO_TRANSACTION' });
