/** A question as events and copies tell it: all but what gives an answer away. */
import type { EventData } from '@banyan/contract';
import { idToText } from '@node-learn/contracts';
import type { questionUpdated } from '@node-learn/contracts/events';

type QuestionData = EventData<typeof questionUpdated>;

export interface QuestionDataRow extends Omit<QuestionData, 'questionId' | 'createdAt' | 'updatedAt'> {
  readonly id: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Of `questions q`. */
export const questionDataColumns = `
  q.id, q.question_type as "questionType", q.practical, q.difficulty, q.topic, q.question, q.quiz, q.is_active as "isActive",
  (select count(*)::int from choices c where c.question_id = q.id) as "choiceCount",
  coalesce(cardinality(q.match_keywords), 0) as "keywordCount",
  q.created_at as "createdAt", q.updated_at as "updatedAt"`;

export function toQuestionData({ id, createdAt, updatedAt, ...rest }: QuestionDataRow): QuestionData {
  return { questionId: idToText(id), ...rest, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
