/** What other services may ask: answers, the whole bank, and refs that they keep a copy of. */
import type { ServiceTokens } from '@banyan/identity';
import type { InternalAnswer, InternalHandler as Handler, InternalRoutes as Routes } from '@banyan/service';
import { questionInternal } from '@node-learn/contracts';
import { HttpException, Inject, Injectable } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { crashPoint } from '../crash-points.ts';
import { Questions } from '../questions/questions.ts';
import { QuestionCommands } from './question-commands.ts';
import { QuestionRefs } from './question-refs.ts';
import { questionToAdmin, questionToAnswer } from './revealed-question.ts';

/** For injection: verifies who asks. */
export const SERVICE_TOKENS = Symbol('service tokens');

@Injectable()
export class InternalRoutes implements Routes {
  readonly handlers: Routes['handlers'];
  readonly toAnswer = toAnswer;

  constructor(
    @Inject(SERVICE_TOKENS) readonly tokens: ServiceTokens,
    @Inject(Questions) questions: Questions,
    @Inject(QuestionRefs) refs: QuestionRefs,
    @Inject(QuestionCommands) commands: QuestionCommands,
  ) {
    const { list, refs: allRefs, answer, ref, create, update, delete: remove } = questionInternal;
    this.handlers = [
      reading(list, async () => (await questions.listAll()).map(questionToAdmin)),
      reading(allRefs, async () => ({ entries: await refs.all() })),
      reading(answer, async ({ id }) => questionToAnswer(await questions.find(id))),
      reading(ref, ({ id }) => refs.find(id)),
      changing(create, (_id, body, key) => commands.create(body, key)),
      changing(update, (id, body, key) => commands.update(id, body, key)),
      changing(remove, (id, _body, key) => commands.delete(id, key)),
    ];
  }
}

/** Answers as the public routes do: 404 with the id as written, 500 for what is no id. */
function reading(endpoint: Handler['endpoint'], find: (params: { readonly id: string }) => Promise<unknown>): Handler {
  const answer: Handler['answer'] = async ({ params }) => {
    const found = await find({ id: params['id'] ?? '' });
    crashPoint('question.internal.before-answer');
    return found;
  };
  return { endpoint, answer };
}

type GivenQuestion = Parameters<QuestionCommands['create']>[0];

function changing(endpoint: Handler['endpoint'], change: (id: number, body: GivenQuestion, key?: string) => Promise<unknown>): Handler {
  const answer: Handler['answer'] = async ({ params, body, idempotencyKey }) => {
    if (idempotencyKey !== undefined && !isUuid(idempotencyKey)) throw refusal(400, 'The Idempotency-Key is no UUID');
    const changed = await change(Number(params['id']), body as GivenQuestion, idempotencyKey).catch(refusedByTables);
    crashPoint('question.command.before-answer');
    return changed;
  };
  return { endpoint, answer };
}

function toAnswer(error: unknown): InternalAnswer | undefined {
  return error instanceof HttpException ? { status: error.getStatus(), body: error.getResponse() } : undefined;
}

function refusal(statusCode: number, message: string): HttpException {
  return new HttpException({ statusCode, message }, statusCode);
}

/** Throws what is a fault. */
function refusedByTables(error: unknown): never {
  const { code = '' } = error instanceof QueryFailedError ? (error.driverError as { code?: string }) : {};
  // SQLSTATE 25006, read_only_sql_transaction: what the fence of a cutover answers.
  if (code === '25006') throw refusal(503, 'The bank may not be written here now');
  // Classes 22 and 23: values that the table does not take.
  if (/^2[23]/.test(code)) throw refusal(422, (error as Error).message);
  throw error;
}

function isUuid(text: string): boolean {
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}
