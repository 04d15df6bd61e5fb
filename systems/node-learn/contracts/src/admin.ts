/** The bank with its answers and the users, as administrators see and edit them. */
import { endpoint, type GivenRequest } from '@banyan/contract';
import { z } from 'zod';
import { difficulty, questionType } from './questions.ts';
import { keptText } from './given-values.ts';
import { bareRefusal, malformed, malformedBody, refusal, serverError, tooLargeBody, unreadableBody } from './refusals.ts';

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
  matchKeywords: z
    .array(z.unknown())
    .nullable()
    .meta({ description: 'Texts; what else an administrator has put in is as the database keeps it' }),
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

const example = {
  questionType: 'text_input',
  practical: false,
  question: '<p>Why?</p>',
  difficulty: 'easy',
  topic: 'Example',
  isActive: false,
};

/** What the tables take: of such a question no field is refused. */
const acceptedQuestion = z.strictObject({
  questionType,
  practical: z.boolean(),
  question: keptText,
  difficulty,
  topic: keptText,
  answer: keptText.nullable().optional(),
  quiz: keptText.nullable().optional(),
  matchKeywords: z.array(keptText).nullable().optional(),
  isActive: z.boolean().optional(),
  choices: z.array(z.strictObject({ choiceText: keptText, isGood: z.boolean(), explanation: keptText.nullable().optional() })).optional(),
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
const params = z.object({
  // As many digits as make a number in JavaScript.
  id: z
    .string()
    .regex(/^-?\d{1,308}$/, 'Validation failed (numeric string is expected)')
    .meta({ description: 'Looked at before the token', examples: ['1'] }),
});
const badId = { description: 'The id is no number, or the body is not JSON', body: malformed };
const notAllowed = { description: 'Nobody is signed in, or somebody who is no administrator', body: refusal(401, 'Unauthorized') };
function isUnknown({ params: { id }, exists, flags }: GivenRequest): boolean {
  return !exists('public.questions', id) && !flags.has('admin.strictErrors');
}

const unknown = { description: 'With flag admin.strictErrors: no such question', body: refusal(404, 'Not Found') };
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
  corrected: { flag: 'admin.questionsGuard', caller: 'admin' },
  effect: { reads: bank, writes: [] },
  responses: {
    200: { description: 'The questions; choices by id', body: z.array(adminQuestion) },
    401: { ...notAllowed, description: 'With flag admin.questionsGuard: whoever is no administrator' },
    500: serverError,
  },
});

const createQuestion = endpoint({
  name: 'admin.create-question',
  method: 'POST',
  path: '/api/admin/questions',
  summary: 'Adds a question with its choices',
  caller: 'admin',
  effect: editing,
  request: { body: givenQuestion.meta({ examples: [example] }) },
  responses: {
    201: { description: 'The question', body: adminQuestion },
    400: { ...malformedBody, description: 'The body is not JSON; with flag admin.strictErrors also what the database refuses' },
    401: notAllowed,
    413: tooLargeBody,
    415: unreadableBody,
    500: { ...refused, quirk: ({ body }) => !acceptedQuestion.safeParse(body).success },
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
  request: { params, body: givenQuestion.partial().meta({ examples: [{ isActive: true }] }) },
  responses: {
    200: { description: 'The question', body: adminQuestion },
    400: badId,
    401: notAllowed,
    404: unknown,
    413: tooLargeBody,
    415: unreadableBody,
    500: {
      ...refused,
      description: 'No such question; anything that the database refuses; no body',
      quirk: (given) => isUnknown(given) || !acceptedQuestion.partial().safeParse(given.body).success,
    },
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
    404: unknown,
    413: tooLargeBody,
    415: unreadableBody,
    500: { ...refused, description: 'No such question', quirk: isUnknown },
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
