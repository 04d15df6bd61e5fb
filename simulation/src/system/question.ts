/** The owner of questions, and who checks answers: at once, late, after failing, or with a no. */
import { retry } from '@banyan/bus';
import { rowsOf } from '../database/tables.ts';
import { answerChecked, answerRecorded, answerWithdrawn, questionChanged } from './contracts.ts';
import { consumeUntilDead, counted, createInstance, type Instance, type Place } from './instance.ts';

export interface Question {
  /** Throws when the service does not own questions yet. */
  edit(question: string, text: string): Promise<void>;
}

/** How the check of one answer goes, whoever does it. */
export interface CheckPlan {
  failures: number;
  readonly lateMs: number;
  readonly isFine: boolean;
}

export function startQuestion(place: Place, planOf: (answer: string) => CheckPlan): Question {
  const instance = createInstance(place, [answerChecked, questionChanged]);
  const { outbox } = instance;
  const check = async (answer: string, attempt: number) => {
    const plan = planOf(answer);
    if (plan.failures > 0) {
      plan.failures -= 1;
      throw new Error('The check failed.');
    }
    if (plan.lateMs > 0 && attempt === 1) return retry(plan.lateMs, 'The check takes its time.');
    outbox.publish(answerChecked, { answer, isFine: plan.isFine });
    return undefined;
  };
  void consumeUntilDead(instance, [
    counted(instance, answerRecorded, ({ data }, { attempt }) => check(data['answer']!, attempt)),
    counted(instance, answerWithdrawn),
  ]);
  return { edit: (question, text) => edit(instance, question, text) };
}

async function edit({ connection, database, outbox }: Instance, question: string, text: string): Promise<void> {
  await connection.transactions.run(async ({ native }) => {
    if (!rowsOf(database.tables, 'ownership').has('granted')) throw new Error('Questions belong to the monolith.');
    native.stage(() => void rowsOf(database.tables, 'questions').set(question, text));
    outbox.publish(questionChanged, { question, text });
  });
}
