/** What services keep of each other: where its owner shows it, who keeps it, and what of it. */
import { answersOfUser, questionCreated } from '@node-learn/contracts';
import { z } from 'zod';
import type { Neighbour } from './neighbours.ts';

export interface Copy {
  /** As the keeper calls it. */
  readonly name: string;
  readonly keeper: Neighbour;
  readonly owner: Neighbour;
  /** At the owner. */
  readonly path: string;
  /** What is kept. */
  readonly data: z.ZodType;
}

/** Only that there is one. */
const nothing = z.unknown().transform(() => ({}));
const { questionType, difficulty, practical, topic, question } = questionCreated.data.shape;

const users = { name: 'user-refs', owner: 'auth', path: '/internal/users/refs', data: nothing } as const;
const questions = { name: 'question-refs', owner: 'question', path: '/internal/questions/refs' } as const;

export const copies: readonly Copy[] = [
  { ...users, keeper: 'quiz' },
  { ...questions, keeper: 'quiz', data: z.object({ questionType, difficulty, practical, topic, question }) },
  { ...users, keeper: 'achievement' },
  { ...questions, keeper: 'achievement', data: z.object({ questionType, difficulty, practical }) },
  { ...users, keeper: 'leaderboard', data: z.object({ name: z.string() }) },
  { name: 'answer-refs', keeper: 'achievement', owner: 'quiz', path: '/internal/stats', data: answersOfUser },
];
