/** What services answer each other on their internal ports, and which of them may ask it. */
import { internalEndpoint } from '@banyan/contract';
import { z } from 'zod';

const id = z.object({ id: z.string().regex(/^\d{1,10}$/) });
const written = z.object({ id: z.string() });
const number = z.object({ id: z.string().regex(/^-?\d+$/) });

/** Whoever keeps a copy, and who compares the copies. */
const keepersOfUsers = ['quiz', 'achievement', 'leaderboard', 'maintenance'];
const keepersOfQuestions = ['quiz', 'achievement', 'maintenance'];

const copies = <const Service extends string>(service: Service) =>
  internalEndpoint({
    name: `${service}.internal.copies`,
    method: 'GET',
    path: '/internal/copies/:name',
    summary: 'What it keeps of others, to compare it with what it is of',
    callers: ['maintenance'],
    params: z.object({ name: z.string() }),
  });

export const authInternal = {
  list: internalEndpoint({
    name: 'auth.internal.users',
    method: 'GET',
    path: '/internal/users',
    summary: 'All users with everything that is known of them, newest first',
    callers: ['admin'],
  }),
  refs: internalEndpoint({
    name: 'auth.internal.user-refs',
    method: 'GET',
    path: '/internal/users/refs',
    summary: 'What others keep of users',
    callers: keepersOfUsers,
  }),
  find: internalEndpoint({
    name: 'auth.internal.user',
    method: 'GET',
    path: '/internal/users/:id',
    summary: 'A user that no event has told of yet',
    callers: ['quiz', 'leaderboard'],
    params: id,
  }),
} as const;

export const questionInternal = {
  list: internalEndpoint({
    name: 'question.internal.bank',
    method: 'GET',
    path: '/internal/questions',
    summary: 'The whole bank with its answers',
    callers: ['admin'],
  }),
  refs: internalEndpoint({
    name: 'question.internal.question-refs',
    method: 'GET',
    path: '/internal/questions/refs',
    summary: 'What others keep of questions',
    callers: keepersOfQuestions,
  }),
  answer: internalEndpoint({
    name: 'question.internal.answer',
    method: 'GET',
    path: '/internal/questions/:id/answer',
    summary: 'The right answer, and all choices',
    callers: ['quiz'],
    params: written,
  }),
  ref: internalEndpoint({
    name: 'question.internal.question-ref',
    method: 'GET',
    path: '/internal/questions/:id/ref',
    summary: 'A question that no event has told of yet',
    callers: ['quiz'],
    params: written,
  }),
  create: internalEndpoint({
    name: 'question.internal.create',
    method: 'POST',
    path: '/internal/questions',
    summary: 'Adds a question',
    callers: ['admin'],
    status: 201,
  }),
  update: internalEndpoint({
    name: 'question.internal.update',
    method: 'PUT',
    path: '/internal/questions/:id',
    summary: 'Changes a question',
    callers: ['admin'],
    params: number,
  }),
  delete: internalEndpoint({
    name: 'question.internal.delete',
    method: 'DELETE',
    path: '/internal/questions/:id',
    summary: 'Removes a question',
    callers: ['admin'],
    params: number,
  }),
} as const;

export const quizInternal = {
  stats: internalEndpoint({
    name: 'quiz.internal.stats',
    method: 'GET',
    path: '/internal/stats',
    summary: 'What others keep of results',
    callers: ['achievement', 'maintenance'],
  }),
  modes: internalEndpoint({
    name: 'quiz.internal.modes',
    method: 'GET',
    path: '/internal/modes',
    summary: 'What others keep of quiz modes',
    callers: ['leaderboard'],
  }),
  mode: internalEndpoint({
    name: 'quiz.internal.mode',
    method: 'GET',
    path: '/internal/modes/:id',
    summary: 'A quiz mode that is not kept yet',
    callers: ['leaderboard'],
    params: id,
  }),
  copies: copies('quiz'),
} as const;

export const achievementInternal = { copies: copies('achievement') } as const;
export const leaderboardInternal = { copies: copies('leaderboard') } as const;
