/** Knows which users and questions there are, by its own refs and, for those that have not arrived yet, by one look-up at their owner. */
import { TRANSACTIONS } from '@banyan/nest';
import type { Transactions } from '@banyan/outbox';
import { questionRef } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Database } from '../database.ts';
import { drawnId } from '../recording/recorded-answer.ts';
import { Neighbours } from './neighbours.ts';
import { addQuestionRef, addUserRef } from './refs.ts';

const timeoutMs = 300;

@Injectable()
export class References {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<PoolClient>,
    @Inject(Neighbours) private readonly neighbours: Neighbours,
  ) {}

  /** Rejects when their owners do not know the user or the question either, or cannot be asked in 300 ms. */
  async require(userId: number, questionId: number): Promise<void> {
    const [known] = await this.database.read<{ user: boolean; question: boolean }>(
      'select exists (select from user_refs where id = $1) as user, exists (select from question_refs where id = $2) as question',
      [userId, questionId],
    );
    try {
      await Promise.all([known?.user || this.lookUpUser(userId), known?.question || this.lookUpQuestion(questionId)]);
    } catch (error) {
      await this.database.read(drawnId);
      throw error;
    }
  }

  private async lookUpUser(id: number): Promise<void> {
    const { status } = await this.neighbours.ask('auth', `/internal/users/${id}`, timeoutMs);
    if (status !== 200) throw new Error(`There is no user ${id}: auth answered ${status}`);
    await this.transactions.run(({ native }) => addUserRef(native, id));
  }

  private async lookUpQuestion(id: number): Promise<void> {
    const { status, body } = await this.neighbours.ask('question', `/internal/questions/${id}/ref`, timeoutMs);
    if (status !== 200) throw new Error(`There is no question ${id}: question answered ${status}`);
    const { data } = questionRef.parse(body);
    await this.transactions.run(({ native }) => addQuestionRef(native, data));
  }
}
