/** Notes what has become of the bank, and who asked for it, when the question service tells it. */
import type { HandlerContext } from '@banyan/bus';
import type { EventContract, EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent } from '@banyan/nest';
import { textToId } from '@node-learn/contracts';
import { questionCreated, questionDeleted, questionUpdated } from '@node-learn/contracts/events';
import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import type { Action } from './bank.ts';
import { crashPoint } from './crash-points.ts';

type Of<Contract extends EventContract> = EventEnvelope<EventData<Contract>>;
type Context = HandlerContext<PoolClient>;

@Injectable()
export class Audit {
  @OnEvent(questionCreated, { replayable: true })
  noteCreated(event: Of<typeof questionCreated>, context: Context): Promise<void> {
    return note('created', event, context);
  }

  @OnEvent(questionUpdated, { replayable: true })
  noteUpdated(event: Of<typeof questionUpdated>, context: Context): Promise<void> {
    return note('updated', event, context);
  }

  @OnEvent(questionDeleted, { replayable: true })
  noteDeleted(event: Of<typeof questionDeleted>, context: Context): Promise<void> {
    return note('deleted', event, context);
  }
}

/** A command for another question of the same request is not the one that this follows from. */
async function note(
  action: Action,
  { id, time, correlationid, data }: EventEnvelope<{ readonly questionId: string }>,
  { session }: Context,
): Promise<void> {
  await session.query(
    `insert into audit_entries (event_id, question_id, action, user_id, correlation_id, happened_at)
     values ($1, $2, $3, (
       select user_id from commands
       where correlation_id = $4 and (question_id = $2 or question_id is null)
       order by (action = $3) desc, (question_id is not null) desc, asked_at desc limit 1
     ), $4, $5)
     on conflict do nothing`,
    [id, textToId(data.questionId), action, correlationid, time],
  );
  crashPoint('admin.audit.before-commit');
}
