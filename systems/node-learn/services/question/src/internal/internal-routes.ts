/** What other services may ask: answers, the whole bank, and refs that they keep a copy of. */
import type { ServiceTokens } from '@banyan/identity';
import { answerServices, type InternalAnswer, type InternalRequest } from '@banyan/service';
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
export class InternalRoutes {
  constructor(
    @Inject(SERVICE_TOKENS) private readonly tokens: ServiceTokens,
    @Inject(Questions) private readonly questions: Questions,
    @Inject(QuestionRefs) private readonly refs: QuestionRefs,
    @Inject(QuestionCommands) private readonly commands: QuestionCommands,
  ) {}

  /** Answers as the public routes do: 404 with the id as written, 500 for what is no id. */
  answer(request: InternalRequest): Promise<InternalAnswer> {
    const find = async (path: string) => {
      const found = await this.find(path);
      crashPoint('question.internal.before-answer');
      return found;
    };
    const change = async (asked: InternalRequest) => {
      const answer = await this.change(asked).catch(refusedByTables);
      crashPoint('question.command.before-answer');
      return answer;
    };
    return answerServices(request, { service: 'question', tokens: this.tokens, find, change, toAnswer });
  }

  /** Undefined when nothing is at this path. */
  private async change({ method, path, body, idempotencyKey: key }: InternalRequest): Promise<InternalAnswer | undefined> {
    const [isThere, id] = /^\/internal\/questions(?:\/(-?\d+))?$/.exec(path) ?? [];
    if (isThere === undefined) return undefined;
    if (key !== undefined && !isUuid(key)) return { status: 400, body: { statusCode: 400, message: 'The Idempotency-Key is no UUID' } };
    const given = body as Parameters<QuestionCommands['create']>[0];
    if (method === 'POST' && id === undefined) return { status: 201, body: await this.commands.create(given, key) };
    if (method === 'PUT' && id !== undefined) return { status: 200, body: await this.commands.update(Number(id), given, key) };
    if (method === 'DELETE' && id !== undefined) return { status: 200, body: await this.commands.delete(Number(id), key) };
    return undefined;
  }

  /** Undefined when nothing is at this path. */
  private async find(path: string): Promise<unknown> {
    const [, id = '', what] = /^\/internal\/questions(?:\/([^/]+)(?:\/(answer|ref))?)?$/.exec(path) ?? [undefined, undefined];
    if (path === '/internal/questions') return (await this.questions.listAll()).map(questionToAdmin);
    if (path === '/internal/questions/refs') return { entries: await this.refs.all() };
    if (what === 'answer') return questionToAnswer(await this.questions.find(decodeURIComponent(id)));
    if (what === 'ref') return this.refs.find(decodeURIComponent(id));
    return undefined;
  }
}

function toAnswer(error: unknown): InternalAnswer | undefined {
  return error instanceof HttpException ? { status: error.getStatus(), body: error.getResponse() } : undefined;
}

/** Throws what is a fault. */
function refusedByTables(error: unknown): InternalAnswer {
  const { code = '' } = error instanceof QueryFailedError ? (error.driverError as { code?: string }) : {};
  // SQLSTATE 25006, read_only_sql_transaction: what the fence of a cutover answers.
  if (code === '25006') return { status: 503, body: { statusCode: 503, message: 'The bank may not be written here now' } };
  // Classes 22 and 23: values that the table does not take.
  if (/^2[23]/.test(code)) return { status: 422, body: { statusCode: 422, message: (error as Error).message } };
  throw error;
}

function isUuid(text: string): boolean {
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}
