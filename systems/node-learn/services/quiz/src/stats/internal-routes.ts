/** What other services may ask: the results and the modes, for those who keep a copy of them, and the copies that quiz keeps. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { COPIES, type Copies, TRANSACTIONS } from '@banyan/nest';
import type { Transactions } from '@banyan/outbox';
import { answerServices, type InternalAnswer, type InternalRequest, readSnapshotPage, type SnapshotEntry } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { QUIZ_SETTINGS, type QuizSettings } from '../settings.ts';

/** The source in the envelopes of this service's events. */
export const quizSource = '/node-learn/quiz';

@Injectable()
export class InternalRoutes {
  private readonly tokens: ServiceTokens;

  constructor(
    @Inject(QUIZ_SETTINGS) settings: QuizSettings,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(COPIES) private readonly copies: Copies,
  ) {
    this.tokens = createServiceTokens({ service: 'quiz', secret: settings.SERVICE_SECRET });
  }

  answer(request: InternalRequest): Promise<InternalAnswer> {
    return answerServices(request, { service: 'quiz', tokens: this.tokens, find: (path, query) => this.find(path, query) });
  }

  private async modes(): Promise<readonly SnapshotEntry[]> {
    return this.transactions.run(async ({ session }) => (await session.query<SnapshotEntry>(modesAsEntries)).rows);
  }

  private async find(path: string, query: URLSearchParams): Promise<unknown> {
    if (path === '/internal/modes') return { entries: await this.modes() };
    const modeId = /^\/internal\/modes\/(\d{1,10})$/.exec(path)?.[1];
    if (modeId !== undefined) return (await this.modes()).find(({ key }) => key === modeId);
    if (path !== '/internal/stats') return this.copies(path, query);
    const page = { rows: statsByUser, source: quizSource, after: query.get('after') ?? '' };
    return this.transactions.run(({ session }) => readSnapshotPage(session, page));
  }
}

/** A handful, and none of them told by events. */
const modesAsEntries = `select id::text as key, '0' as sequence, '{}'::json as data from quiz_modes order by id`;

const statsByUser = `
  select s.user_id::text as key, json_build_object(
    'statsEpoch', (select stats_epoch from user_refs where id = s.user_id),
    'answers', json_agg(json_build_object('questionId', s.question_id::text,
      'correctCount', coalesce(s.correct_count, 0), 'incorrectCount', coalesce(s.incorrect_count, 0)) order by s.question_id)
  ) as data
  from user_question_stats s where s.correct_count > 0 or s.incorrect_count > 0 group by s.user_id`;
