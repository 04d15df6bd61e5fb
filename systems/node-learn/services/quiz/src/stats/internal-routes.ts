/** What other services may ask: the results and the modes, for those who keep a copy of them, and the copies that quiz keeps. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { COPIES, type Copies, TRANSACTIONS } from '@banyan/nest';
import type { Transactions } from '@banyan/outbox';
import { type InternalRoutes as Routes, readSnapshotPage, type SnapshotEntry } from '@banyan/service';
import { quizInternal } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { QUIZ_SETTINGS, type QuizSettings } from '../settings.ts';

/** The source in the envelopes of this service's events. */
export const quizSource = '/node-learn/quiz';

@Injectable()
export class InternalRoutes implements Routes {
  readonly tokens: ServiceTokens;
  readonly handlers: Routes['handlers'];

  constructor(
    @Inject(QUIZ_SETTINGS) settings: QuizSettings,
    @Inject(TRANSACTIONS) transactions: Transactions<unknown>,
    @Inject(COPIES) copies: Copies,
  ) {
    this.tokens = createServiceTokens({ service: 'quiz', secret: settings.SERVICE_SECRET });
    const modes = () => transactions.run(async ({ session }) => (await session.query<SnapshotEntry>(modesAsEntries)).rows);
    const stats = (after: string) =>
      transactions.run(({ session }) => readSnapshotPage(session, { rows: statsByUser, source: quizSource, after }));
    this.handlers = [
      { endpoint: quizInternal.modes, answer: async () => ({ entries: await modes() }) },
      { endpoint: quizInternal.mode, answer: async ({ params }) => (await modes()).find(({ key }) => key === params['id']) },
      { endpoint: quizInternal.stats, answer: ({ query }) => stats(query.get('after') ?? '') },
      { endpoint: quizInternal.copies, answer: ({ params, query }) => copies(params['name'] ?? '', query) },
    ];
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
