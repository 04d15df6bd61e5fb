/** Removes what is kept of a user who is gone: places, scores. */
import { done, type HandlerContext, type Outcome, retry } from '@banyan/bus';
import type { EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent } from '@banyan/nest';
import { textToId, userDeleted } from '@node-learn/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isOwner } from './ownership.ts';

const movingPauseMs = 1_000;

@Injectable()
export class Removals {
  /**
   * Runs after the projection, in the same transaction. The places of the others stay as they are, as in the monolith, whose cascade leaves gaps.
   * While the monolith owns the boards it removes its own rows, and what it removes is removed here by replication.
   */
  @OnEvent(userDeleted, { replayable: true })
  async removeOfUser(
    { data }: EventEnvelope<EventData<typeof userDeleted>>,
    { session: sql }: HandlerContext<EntityManager>,
  ): Promise<Outcome> {
    const userId = textToId(data.userId);
    await sql.query('delete from mode_scores where user_id = $1', [userId]);
    await sql.query('delete from scored_answers where user_id = $1', [userId]);
    const [removed] = await sql.query<{ isDone: boolean }[]>('select remove_places($1) as "isDone"', [userId]);
    const isMoving = removed?.isDone === false && (await isOwner(sql));
    return isMoving ? retry(movingPauseMs, 'The boards are being moved.') : done;
  }
}
