/** The bank with its answers and the users, as administrators see and edit them. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { difficulty, questionType } from './questions.ts';
import { bareRefusal, malformedBody, refusal, serverError, tooLargeBody } from './refusals.ts';

const choice = z.strictObject({
  id: z.int(),
  questionId: z.int(),
  choiceText: z.string(),
  isGood: z.boolean(),
  explanation: z.string().nullable(),
});

const adminQuestion = z.strictObject({
  id: z.int(),
  questionType,
  practical: z.boolean(),
  question: z.string().meta({ description: 'HTML' }),
  answer: z.string().nullable(),
  quiz: z.string().nullable(),
  matchKeywords: z.array(z.string()).nullable(),
  difficulty,
  topic: z.string(),
  isActive: z.boolean(),
  choices: z.array(choice),
});

const givenQuestion = z.object({
  questionType: z.string(),
  practical: z.boolean(),
  question: z.string(),
  difficulty: z.string(),
  topic: z.string(),
  answer: z.string().nullable().optional(),
  quiz: z.string().nullable().optional(),
  matchKeywords: z.array(z.string()).nullable().optional(),
  isActive: z.boolean().optional(),
  choices: z.array(z.object({ choiceText: z.string(), isGood: z.boolean(), explanation: z.string().nullable().optional() })).optional(),
});

const user = z.strictObject({
  id: z.int(),
  googleId: z.string(),
  email: z.string(),
  name: z.string(),
  picture: z.string().nullable(),
  isAdmin: z.boolean().nullable(),
  createdAt: z.iso.datetime().nullable(),
  updatedAt: z.iso.datetime().nullable(),
});

const bank = ['public.questions', 'public.choices'];
const editing = { reads: bank, writes: bank };
const params = z.object({ id: z.string().meta({ description: 'Digits; looked at before the token' }) });
const badId = { description: 'The id is no number, or the body is not JSON', body: refusal(400, 'Bad Request') };
const notAllowed = { description: 'Nobody is signed in, or somebody who is no administrator', body: refusal(401, 'Unauthorized') };
const refused = { ...serverError, description: 'Anything that the database refuses; no body' };
const notNow = {
  description: 'The bank may not be written at this moment; somebody else may, or will in a moment',
  headers: { 'Retry-After': 'Seconds' },
  body: bareRefusal(503, 'Service Unavailable'),
};

export const listAdminQuestions = endpoint({
  name: 'admin.questions',
  method: 'GET',
  path: '/api/admin/questions',
  summary: 'The whole bank with its answers, newest first',
  caller: 'anyone',
  effect: { reads: bank, writes: [] },
  responses: { 200: { description: 'The questions; choices by id', body: z.array(adminQuestion) }, 500: serverError },
});

const createQuestion = endpoint({
  name: 'admin.create-question',
  method: 'POST',
  path: '/api/admin/questions',
  summary: 'Adds a question with its choices',
  caller: 'admin',
  effect: editing,
  request: { body: givenQuestion },
  responses: {
    201: { description: 'The question', body: adminQuestion },
    400: malformedBody,
    401: notAllowed,
    413: tooLargeBody,
    500: refused,
    503: notNow,
  },
});

const updateQuestion = endpoint({
  name: 'admin.update-question',
  method: 'PUT',
  path: '/api/admin/questions/:id',
  summary: 'Changes the fields given, and replaces all choices by those given, also when none are',
  caller: 'admin',
  effect: editing,
  request: { params, body: givenQuestion.partial() },
  responses: {
    200: { description: 'The question', body: adminQuestion },
    400: badId,
    401: notAllowed,
    413: tooLargeBody,
    500: { ...refused, description: 'No such question; anything that the database refuses; no body' },
    503: notNow,
  },
});

const deleteQuestion = endpoint({
  name: 'admin.delete-question',
  method: 'DELETE',
  path: '/api/admin/questions/:id',
  summary: 'Removes a question with its choices, and everybody’s results of it',
  caller: 'admin',
  effect: editing,
  request: { params },
  responses: {
    200: { description: 'It is gone; no body' },
    400: badId,
    401: notAllowed,
    500: { ...refused, description: 'No such question' },
    503: notNow,
  },
});

export const listUsers = endpoint({
  name: 'admin.users',
  method: 'GET',
  path: '/api/admin/users',
  summary: 'All users, the newest first',
  caller: 'admin',
  effect: { reads: ['public.users'], writes: [] },
  responses: { 200: { description: 'The users', body: z.array(user) }, 401: notAllowed, 500: serverError },
});

export const adminEndpoints = [listAdminQuestions, createQuestion, updateQuestion, deleteQuestion, listUsers] as const;
