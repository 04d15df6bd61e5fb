/** Has the question service change the bank: each command once, however often it has to be sent. */
import { randomUUID } from 'node:crypto';
import { type AnswerOfService, isConnectionLoss } from '@banyan/service';
import { currentTrace } from '@banyan/telemetry';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { crashPoint } from './crash-points.ts';
import { Database } from './database.ts';
import { Neighbours } from './neighbours.ts';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

const pauseMs = 100;

export type Action = 'created' | 'updated' | 'deleted';

export interface Command {
  readonly action: Action;
  /** Undefined for a question that is to be created. */
  readonly questionId: number | undefined;
  readonly userId: number;
  /** As the client sent it. */
  readonly body?: unknown;
}

const methods = { created: 'POST', updated: 'PUT', deleted: 'DELETE' } as const;

@Injectable()
export class Bank {
  constructor(
    @Inject(ADMIN_SETTINGS) private readonly settings: AdminSettings,
    @Inject(Database) private readonly database: Database,
    @Inject(Neighbours) private readonly neighbours: Neighbours,
  ) {}

  /**
   * What the question service answers; while it starts, or another program owns the bank, it is asked again. Who has asked is noted first. Rejects when
   * there is no answer in time: then the command may still have been done.
   */
  async command({ action, questionId, userId, body }: Command): Promise<AnswerOfService> {
    // No table holds such an id, not even that of the commands.
    if (questionId !== undefined && !Number.isSafeInteger(questionId))
      return { status: 404, body: { message: `Question with ID ${questionId} not found` } };
    const key = randomUUID();
    const correlationId = currentTrace()?.correlationId ?? key;
    await this.database.pool.query('insert into commands (key, correlation_id, action, question_id, user_id) values ($1, $2, $3, $4, $5)', [
      key,
      correlationId,
      action,
      questionId ?? null,
      userId,
    ]);
    crashPoint('admin.command.noted');
    const path = questionId === undefined ? '/internal/questions' : `/internal/questions/${questionId}`;
    const end = performance.now() + this.settings.COMMAND_WITHIN_MS;
    for (;;) {
      try {
        const leftMs = Math.max(1, Math.ceil(end - performance.now()));
        const answer = await this.neighbours.changeBank(path, { method: methods[action], body, idempotencyKey: key }, leftMs);
        if (answer.status === 503 && performance.now() + pauseMs < end) {
          await pause(pauseMs);
          continue;
        }
        crashPoint('admin.command.before-answer');
        return answer;
      } catch (error) {
        // It may have been done: with the same key it is answered, not done again.
        if (!isBrokenOff(error) || performance.now() + pauseMs > end) throw error;
        await pause(pauseMs);
      }
    }
  }
}

/** The connection was refused or cut; `fetch` tells so in the cause. */
function isBrokenOff(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return isConnectionLoss(error) || (cause !== undefined && (isConnectionLoss(cause) || cause.code === 'UND_ERR_SOCKET'));
}
