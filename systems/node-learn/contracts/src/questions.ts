/** The question bank as visitors read it, answers hidden. */
import { endpoint, type ResponseContract } from '@banyan/contract';
import { z } from 'zod';
import { isKeptText, isQuestionNumber } from './given-values.ts';
import { malformedPath, refusal, serverError } from './refusals.ts';

export const questionType = z.enum(['single_choice', 'multiple_choice', 'text_input']);
export const difficulty = z.enum(['easy', 'medium', 'hard']);

/** What every reader of a choice sees; whether it is right is not among it. */
const choice = z.strictObject({
  id: z.int(),
  questionId: z.int(),
  choiceText: z.string(),
  explanation: z.string().nullable().optional().meta({ description: 'Absent with flag questions.hideExplanation' }),
});

/** Without `choices`, as a randomly drawn question is shown. */
const question = z.strictObject({
  id: z.int(),
  questionType,
  practical: z.boolean(),
  question: z.string().meta({ description: 'HTML' }),
  quiz: z.string().nullable(),
  difficulty,
  topic: z.string(),
  isActive: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  keywordCount: z.int().min(1).optional().meta({ description: 'Only on questions that expect words' }),
});

const withChoices = question.extend({
  choices: z.array(choice).meta({ description: 'Drawn anew for every request: at most four of a choice question; [] for a text question' }),
});

const bank = { reads: ['public.questions', 'public.choices'], writes: [] };

/** How the id of a question may be given, and what is answered when there is none. */
export const questionId = z.string().meta({ description: 'Whatever JavaScript takes for the number: 0x1 and 1e0 are 1', examples: ['1'] });
export const unknownQuestion = { description: 'No question has this id', body: refusal(404, 'Not Found') };
export const refusedId = (parameter: string): ResponseContract => ({
  ...serverError,
  description: 'Not a number, a decimal, or beyond bigint',
  quirk: ({ params }) => !isQuestionNumber(params[parameter] ?? ''),
});

export const listQuestions = endpoint({
  name: 'questions.list',
  method: 'GET',
  path: '/api/questions',
  summary: 'All active questions, in no particular order',
  caller: 'anyone',
  effect: bank,
  request: {
    query: z.object({
      difficulty: difficulty.optional(),
      questionType: questionType.optional(),
      practical: z.string().optional().meta({ description: '`true` is true, anything else is false' }),
      topic: z.string().optional().meta({ description: 'Any value finds nothing' }),
      search: z.string().optional().meta({ description: 'Any value fails' }),
    }),
  },
  responses: {
    200: { description: 'The questions that meet all filters', body: z.array(withChoices) },
    500: {
      ...serverError,
      description: 'A filter that is no value of its enum or given twice, any search, or a text with NUL',
      quirk: ({ query, flags }) =>
        ((query['search'] ?? '') !== '' && !flags.has('questions.search')) ||
        [query['search'], query['topic']].flat().some((text) => !isKeptText(text ?? '')) ||
        !isFilter(difficulty, query['difficulty']) ||
        !isFilter(questionType, query['questionType']),
    },
  },
});

export const randomQuestion = endpoint({
  name: 'questions.random',
  method: 'GET',
  path: '/api/questions/random',
  summary: 'Any active question, without its choices',
  caller: 'anyone',
  effect: { reads: ['public.questions'], writes: [] },
  responses: {
    200: { description: 'The question', body: question },
    404: { description: 'No question is active', body: refusal(404, 'Not Found') },
    500: serverError,
  },
});

export const findQuestion = endpoint({
  name: 'questions.find',
  method: 'GET',
  path: '/api/questions/:id',
  summary: 'One question, also an inactive one',
  caller: 'anyone',
  effect: bank,
  request: { params: z.object({ id: questionId }) },
  responses: {
    200: { description: 'The question', body: withChoices },
    400: malformedPath,
    404: unknownQuestion,
    500: refusedId('id'),
  },
});

/** An empty text counts as not given. */
function isFilter(values: z.ZodType, given: unknown): boolean {
  return given === undefined || given === '' || values.safeParse(given).success;
}

export const questionEndpoints = [listQuestions, randomQuestion, findQuestion] as const;
