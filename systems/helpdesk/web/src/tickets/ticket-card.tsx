/** One ticket in a list. */
import { Link } from '@banyan/web/link';
import type { ReactNode } from 'react';
import type { Ticket } from '../api/routes.ts';
import { nameOf } from '../people/names.ts';
import { Moment } from '../time/moment.tsx';
import { StatusTag } from './status.tsx';

interface Props {
  readonly ticket: Ticket;
  /** What can be done with it here. */
  readonly children?: ReactNode;
}

export function TicketCard({ ticket, children }: Props) {
  const { id, title, description, status } = ticket;
  return (
    <article className="card ticket">
      <div className="ticket-head">
        <h2>
          <Link href={`/tickets/${encodeURIComponent(id)}`}>{title.trim() === '' ? 'Without a title' : title}</Link>
        </h2>
        <StatusTag status={status} />
      </div>
      <TicketFacts ticket={ticket} />
      <p className="description">{description}</p>
      {children}
    </article>
  );
}

export function TicketFacts({ ticket: { createdAt, user, assignedTo } }: Pick<Props, 'ticket'>) {
  return (
    <dl className="facts">
      <div>
        <dt>Created</dt>
        <dd>
          <Moment iso={createdAt} to="day" />
        </dd>
      </div>
      <div>
        <dt>By</dt>
        <dd>{nameOf(user)}</dd>
      </div>
      <div>
        <dt>Assignee</dt>
        <dd>{assignedTo === null ? 'Unassigned' : nameOf(assignedTo)}</dd>
      </div>
    </dl>
  );
}
