/** Hears of everything by which the numbers become others. */
import type { HandlerContext } from '@banyan/bus';
import { OnEvent } from '@banyan/nest';
import { ticketCreated, ticketDeleted, ticketStatusChanged, userDeleted } from '@helpdesk/contracts/events';
import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';

type Context = HandlerContext<PoolClient>;

@Injectable()
export class TicketChanges {
  @OnEvent(ticketCreated, { replayable: true })
  created(_event: unknown, context: Context): Promise<void> {
    return note(context);
  }

  @OnEvent(ticketStatusChanged, { replayable: true })
  movedOn(_event: unknown, context: Context): Promise<void> {
    return note(context);
  }

  @OnEvent(ticketDeleted, { replayable: true })
  deleted(_event: unknown, context: Context): Promise<void> {
    return note(context);
  }

  /** Their tickets go with them. */
  @OnEvent(userDeleted, { replayable: true })
  userDeleted(_event: unknown, context: Context): Promise<void> {
    return note(context);
  }
}

async function note({ session }: Context): Promise<void> {
  await session.query('update dashboard_numbers set changes = changes + 1');
}
