/** Right answers whose badges were not checked in time: whoever owns badges, now or later, is asked until it is known that somebody has. */
import type { SqlSession } from '@banyan/outbox';
import { repeat, type Repeated, report } from '@banyan/service';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../database.ts';
import type { GivenAnswer } from './given-answer.ts';
import { MonolithBadges } from './monolith-badges.ts';
import { badgeOwner } from './recorded-answer.ts';

const lookEveryMs = 500;
const atOnce = 10;
/** What asks for so long has died. */
const askedForMs = 60_000;
/** Longer than any outage: an answer that was checked in the moment it was left is not kept for ever. */
const keptDays = 30;

interface UncheckedAnswer {
  readonly eventId: string;
  readonly userId: number;
  readonly questionId: number;
  /** Of badges, now. */
  readonly owner: string;
}

@Injectable()
export class LateChecks implements OnApplicationBootstrap, OnModuleDestroy {
  private looking: Repeated | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MonolithBadges) private readonly badges: MonolithBadges,
  ) {}

  onApplicationBootstrap(): void {
    this.looking = repeat((signal) => this.look(signal), { everyMs: lookEveryMs });
  }

  async onModuleDestroy(): Promise<void> {
    await this.looking?.stop();
  }

  /** In the transaction that ends the wait for its check. */
  async leave(session: SqlSession, eventId: string, { userId, questionId }: GivenAnswer): Promise<void> {
    await session.query(
      'insert into unchecked_answers (answer_event_id, user_id, question_id) values ($1, $2, $3) on conflict (answer_event_id) do nothing',
      [eventId, userId, questionId],
    );
  }

  private look(signal: AbortSignal): Promise<boolean> {
    return this.askForAll(signal).catch((error: Error) => {
      report('warn', 'quiz.late-check.failed', 'Badges of earlier answers could not be checked; it is tried again', {
        reason: error.message,
      });
      return false;
    });
  }

  /** False when one of them could not be checked: it is asked for again. */
  private async askForAll(signal: AbortSignal): Promise<boolean> {
    await this.database.read(forget, [keptDays]);
    while (!signal.aborted) {
      const answers = await this.database.read<UncheckedAnswer>(take, [atOnce, askedForMs]);
      if (answers.length === 0) return true;
      const outcomes = await Promise.all(answers.map((answer) => this.ask(answer, signal)));
      if (outcomes.includes(false)) return false;
    }
    return true;
  }

  private async ask(answer: UncheckedAnswer, signal: AbortSignal): Promise<boolean> {
    try {
      await this.badges.check(answer, AbortSignal.any([signal, AbortSignal.timeout(this.badges.timeoutMs)]));
      await this.database.read(settle, [answer.eventId, answer.owner]);
      await this.database.read(noteAsked, [answer.eventId, answer.owner]);
      return true;
    } catch (error) {
      await this.database.read('update unchecked_answers set asked_at = null where answer_event_id = $1', [answer.eventId]);
      report('info', 'quiz.late-check.postponed', 'Badges of an earlier answer could not be checked yet', {
        event: answer.eventId,
        reason: (error as Error).message,
      });
      return false;
    }
  }
}

/** Those whose check has come after all: what the saga waited for is kept for a day, also what came too late for it. */
const forget = `
  delete from unchecked_answers a where left_at < clock_timestamp() - $1::integer * interval '1 day'
    or exists (select from banyan.saga_events e where e.topic = 'answer-submission/check' and e.key = a.answer_event_id::text)`;

const take = `
  update unchecked_answers set asked_at = clock_timestamp() where answer_event_id in (
    select answer_event_id from unchecked_answers
    where asked_owner is distinct from ${badgeOwner} and (asked_at is null or asked_at < clock_timestamp() - $2::integer * interval '1 ms')
    order by left_at limit $1 for update skip locked)
  returning answer_event_id as "eventId", user_id as "userId", question_id as "questionId", ${badgeOwner} as owner`;

/** The owner before and after is the one that answered; the monolith has the answer by then. */
const settle = `delete from unchecked_answers where answer_event_id = $1 and ${badgeOwner} = $2 and $2 <> 'achievement'`;

/** Achievement may not have been told of the answer yet: when it is, it checks, and tells. */
const noteAsked = 'update unchecked_answers set asked_at = null, asked_owner = $2 where answer_event_id = $1';
