/** Removes results whose user or question is gone, or whose user begins anew. */
import { done, type HandlerContext, type Outcome, retry } from '@banyan/bus';
import type { EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent } from '@banyan/nest';
import { questionDeleted, textToId, userDeleted, userStatsReset } from '@node-learn/contracts';
import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';

type Of<Contract extends Parameters<typeof OnEvent>[0]> = EventEnvelope<EventData<Contract>>;

const movingPauseMs = 1_000;

@Injectable()
export class Removals {
  /** Runs after the projection, in the same transaction; answers to the question come wholly before or are refused. */
  @OnEvent(questionDeleted, { replayable: true })
  async removeOfQuestion({ data }: Of<typeof questionDeleted>, { session }: HandlerContext<PoolClient>): Promise<Outcome> {
    const id = textToId(data.questionId);
    await session.query('select from question_refs where id = $1 for update', [id]);
    return remove(session, { userId: null, questionId: id });
  }

  @OnEvent(userDeleted, { replayable: true })
  async removeOfUser({ data }: Of<typeof userDeleted>, { session }: HandlerContext<PoolClient>): Promise<Outcome> {
    const id = textToId(data.userId);
    await session.query('select from user_refs where id = $1 for update', [id]);
    return remove(session, { userId: id, questionId: null });
  }

  /** A reset that is not newer than the last one is not done again: what was counted since stays. */
  @OnEvent(userStatsReset)
  async reset({ data }: Of<typeof userStatsReset>, { session }: HandlerContext<PoolClient>): Promise<Outcome> {
    const id = textToId(data.userId);
    const { rowCount } = await session.query(noteReset, [id, data.scheduledFor]);
    return rowCount === 0 ? done : remove(session, { userId: id, questionId: null });
  }
}

const noteReset = `
  insert into user_refs as u (id, stats_epoch) values ($1, $2)
  on conflict (id) do update set stats_epoch = excluded.stats_epoch where u.stats_epoch is null or u.stats_epoch < excluded.stats_epoch`;

/** While the monolith owns the results it removes its own, and what it removes is removed here by replication. */
async function remove(session: PoolClient, of: { readonly userId: number | null; readonly questionId: number | null }): Promise<Outcome> {
  const { rows } = await session.query<{ isDone: boolean; isOwner: boolean }>(
    `select remove_results($1, $2) as "isDone", exists (select from banyan.owners where extraction = 'quiz' and owner = 'quiz') as "isOwner"`,
    [of.userId, of.questionId],
  );
  const isMoving = rows[0]?.isDone === false && rows[0].isOwner;
  return isMoving ? retry(movingPauseMs, 'The results are being moved.') : done;
}
