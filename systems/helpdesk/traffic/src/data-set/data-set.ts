/** The data set: people, their tickets, what was said and done, and the mails that followed. The same for the same scale, always. */
import { inventAudit } from './audit.ts';
import { inventComments } from './comments.ts';
import { createInvention, daysBeforeEnd } from './invention.ts';
import { inventMails } from './mails.ts';
import { inventGoneUsers, inventUsers } from './people.ts';
import { inventResets } from './reset-tokens.ts';
import type { DataSet } from './rows.ts';
import { inventTickets } from './tickets.ts';

export interface DataSetOptions {
  /** Multiplies people, tickets, comments, history and mails; a positive integer, default 1. About 83 is a large one: 5,000 people, 100,000 tickets. */
  readonly scale?: number;
  /** When it is loaded, milliseconds since 1970: eight reset tokens are good for an hour from then. Default: the end of the history. */
  readonly now?: number;
}

const seed = 41;

export function createDataSet({ scale = 1, now = daysBeforeEnd(0) }: DataSetOptions = {}): DataSet {
  const invention = createInvention(seed);
  const users = inventUsers(invention, scale);
  const gone = inventGoneUsers(invention);
  const made = inventTickets(invention, users, gone, scale);
  const resets = inventResets(invention, users, now);
  const parts = { users, gone, made, resets };
  return {
    users,
    tickets: made.tickets,
    ticket_comments: inventComments(invention, made.tickets, users, scale),
    password_reset_tokens: resets.tokens,
    email_outbox: inventMails(invention, parts),
    audit_events: inventAudit(invention, parts),
  };
}
