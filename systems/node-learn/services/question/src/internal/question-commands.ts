/** Changes of the bank that administrators ask for: the rows and what is told of them in one transaction, once for every command. */
import { OUTBOX, TRANSACTIONS } from '@banyan/nest';
import type { Outbox, Transactions } from '@banyan/outbox';
import { throughConnectionLoss } from '@banyan/service';
import { idToText } from '@node-learn/contracts';
import { questionCreated, questionDeleted, questionUpdated } from '@node-learn/contracts/events';
import { BadRequestException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { crashPoint } from '../crash-points.ts';
import { Choice, Question } from '../questions/question.entity.ts';
import { QUESTION_SETTINGS, type QuestionSettings } from '../settings.ts';
import { questionDataColumns, type QuestionDataRow, toQuestionData } from './question-data.ts';
import { type AdminQuestion, questionToAdmin } from './revealed-question.ts';

/** As it comes: nothing is checked but what the database refuses. */
interface GivenQuestion {
  readonly id?: unknown;
  readonly choices?: readonly { readonly id?: unknown }[];
}

type Published = typeof questionCreated | typeof questionUpdated | typeof questionDeleted;

@Injectable()
export class QuestionCommands {
  constructor(
    @Inject(QUESTION_SETTINGS) private readonly settings: QuestionSettings,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<EntityManager>,
    @Inject(OUTBOX) private readonly outbox: Outbox<Published>,
  ) {}

  /** Rejects with the database's error for what it refuses. */
  create(given: GivenQuestion, key: string | undefined): Promise<AdminQuestion> {
    return this.once(key, async (manager) => {
      const { choices, ...fields } = given;
      return this.changing(manager, undefined, given, async () => {
        const question = await manager.save(manager.create(Question, fields as Partial<Question>));
        if (choices)
          await manager.save(choices.map((choice) => manager.create(Choice, { ...choice, questionId: question.id } as Partial<Choice>)));
        return readQuestion(manager, question.id);
      });
    });
  }

  /** Replaces all choices by the given ones, also when none are given. Throws NotFoundException. */
  update(id: number, given: GivenQuestion, key: string | undefined): Promise<AdminQuestion> {
    return this.once(key, async (manager) => {
      const { choices, ...fields } = given;
      return this.changing(manager, id, given, async () => {
        const question = await findQuestion(manager, id);
        await manager.delete(Choice, { questionId: id });
        Object.assign(question, fields);
        question.choices = (choices ?? []).map((choice) => manager.create(Choice, choice as Partial<Choice>));
        await manager.save(question);
        return readQuestion(manager, question.id);
      });
    });
  }

  /** With its choices. Throws NotFoundException. */
  delete(id: number, key: string | undefined): Promise<null> {
    return this.once(key, (manager) =>
      this.changing(manager, id, {}, async () => {
        await manager.remove(await findQuestion(manager, id));
        return null;
      }),
    );
  }

  /** A command whose answer was lost is answered again; it is not done twice. */
  private once<Answer>(key: string | undefined, work: (manager: EntityManager) => Promise<Answer>): Promise<Answer> {
    if (key === undefined) return this.transactions.run(({ native }) => work(native));
    return throughConnectionLoss(() =>
      this.transactions.run(async ({ native }) => {
        await native.query(`delete from commands where done_at < now() - interval '1 day'`);
        const [isNew] = await native.query<unknown[]>('insert into commands (key) values ($1) on conflict do nothing returning key', [key]);
        if (isNew === undefined) {
          const [known] = await native.query<{ answer: Answer }[]>('select answer from commands where key = $1', [key]);
          return known!.answer;
        }
        const answer = await work(native);
        await native.query('update commands set answer = $2 where key = $1', [key, JSON.stringify(answer)]);
        crashPoint('question.command.before-commit');
        return answer;
      }),
    );
  }

  /** Tells every question that is another afterwards: ids in bodies are trusted, so it may be one that the command does not name. */
  private async changing<Answer extends { readonly id: number } | null>(
    manager: EntityManager,
    id: number | undefined,
    given: GivenQuestion,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const ofChoices = await questionsOfChoices(manager, given);
    if (this.settings.FLAGS.has('questions.refuseBodyIds')) refuseForeignIds(id, given, ofChoices);
    const touched = [id, asId(given.id), ...ofChoices].filter((it) => it !== undefined);
    const before = new Set((await readData(manager, touched)).map((it) => it.id));
    const answer = await work();
    const ids = [...new Set([...touched, ...(answer === null ? [] : [answer.id])])];
    const now = new Map((await readData(manager, ids)).map((row) => [row.id, toQuestionData(row)]));
    for (const each of ids) {
      const data = now.get(each);
      if (data !== undefined) this.outbox.publish(before.has(each) ? questionUpdated : questionCreated, data);
      else if (before.has(each)) this.outbox.publish(questionDeleted, { questionId: idToText(each), deletedAt: new Date().toISOString() });
    }
    return answer;
  }
}

async function findQuestion(manager: EntityManager, id: number): Promise<Question> {
  const question = await manager.findOneBy(Question, { id });
  if (question === null) throw new NotFoundException(`Question with ID ${id} not found`);
  return question;
}

async function readQuestion(manager: EntityManager, id: number): Promise<AdminQuestion> {
  const order = { choices: { id: 'ASC' } } as const;
  return questionToAdmin(await manager.findOneOrFail(Question, { where: { id }, relations: { choices: true }, order }));
}

function readData(manager: EntityManager, ids: readonly number[]): Promise<QuestionDataRow[]> {
  return manager.query<QuestionDataRow[]>(`select ${questionDataColumns} from questions q where q.id = any($1)`, [ids]);
}

/** Of the choices that the body names by id: they will leave these questions. */
async function questionsOfChoices(manager: EntityManager, { choices }: GivenQuestion): Promise<number[]> {
  const ids = (Array.isArray(choices) ? choices : []).flatMap((choice: { readonly id?: unknown }) => asId(choice?.id) ?? []);
  if (ids.length === 0) return [];
  const rows = await manager.query<{ id: number }[]>('select distinct question_id as id from choices where id = any($1)', [ids]);
  return rows.map((row) => row.id);
}

function refuseForeignIds(id: number | undefined, given: GivenQuestion, ofChoices: readonly number[]): void {
  const isForeign = (given.id !== undefined && asId(given.id) !== id) || ofChoices.some((of) => of !== id);
  if (isForeign) throw new BadRequestException('Ids of other questions and of their choices are not accepted');
}

/** Undefined for what the database would not take as an id either. */
function asId(value: unknown): number | undefined {
  const id = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined;
}
