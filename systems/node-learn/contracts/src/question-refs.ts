/** What the question service answers other services that keep a copy of its questions: GET /internal/questions/refs and /internal/questions/:id/ref. */
import { z } from 'zod';
import { questionData } from './events/question.ts';
import { idSchema } from './ids.ts';

/** `data` is what `question.updated` tells; `sequence` is the number of the question's last event that is in it, "0" before the first. */
export const questionRef = z.object({ key: idSchema(), sequence: idSchema(), data: questionData });

/** All questions, inactive ones included, by id, in one snapshot: the one page of it. */
export const questionRefs = z.object({ entries: z.array(questionRef) });

export type QuestionRef = z.output<typeof questionRef>;
