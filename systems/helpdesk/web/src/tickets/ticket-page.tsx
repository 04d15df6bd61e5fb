/** One ticket: what it says, where it stands, what was said about it, and what happened to it. */
import { Confirm } from '@banyan/web/confirm';
import { Link } from '@banyan/web/link';
import { goTo } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import type { SignedInUser } from '../session/claims.ts';
import { Comments } from './comments.tsx';
import { HistoryTable } from './history-table.tsx';
import { StatusTag } from './status.tsx';
import { TicketFacts } from './ticket-card.tsx';
import { TicketControls } from './ticket-controls.tsx';
import { useUsers } from './use-users.ts';

interface Props {
  readonly id: string;
  readonly user: SignedInUser;
}

export function TicketPage({ id, user }: Props) {
  const params = { id };
  const loaded = useLoaded(id, (options) => api.ask('GET /tickets/:id', { ...options, params }));
  const comments = useLoaded(id, (options) => api.ask('GET /tickets/:id/comments', { ...options, params }));
  const history = useLoaded(id, (options) => api.ask('GET /tickets/:id/audit', { ...options, params }));
  const users = useUsers(user);
  if (loaded.state === 'failed' && (loaded.failure.status === 403 || loaded.failure.status === 404)) return <NotFound />;
  if (loaded.state !== 'ready')
    return (
      <Page title="Ticket">
        <Shown loaded={loaded} what="the ticket">
          {() => null}
        </Shown>
      </Page>
    );
  const ticket = loaded.value;
  const show = async () => {
    await loaded.renew();
    if (history.state === 'ready') await history.renew();
  };
  const remove = async () => {
    await api.ask('DELETE /tickets/:id', { params });
    goTo('/tickets');
  };
  const mayDelete = user.role === 'ADMIN' || ticket.userId === user.id;
  return (
    <Page title={ticket.title.trim() === '' ? 'Without a title' : ticket.title} lead={<StatusTag status={ticket.status} />}>
      <div className="ticket-page">
        <section className="card" aria-labelledby="description">
          <h2 id="description">Description</h2>
          <p className="description-whole">{ticket.description}</p>
        </section>
        <section className="card ticket-about" aria-labelledby="about">
          <h2 id="about" className="unseen">
            About this ticket
          </h2>
          <TicketFacts ticket={ticket} />
          <TicketControls ticket={ticket} users={users.state === 'ready' ? users.value : undefined} onChanged={show} />
          {mayDelete && (
            <Confirm label="Delete …" title="Delete this ticket?" action="Delete for good" whileUnderWay="Deleting …" onConfirm={remove}>
              <p>All comments go with it. This cannot be undone.</p>
            </Confirm>
          )}
        </section>
        <section className="card" aria-labelledby="comments">
          <h2 id="comments">Comments</h2>
          <Shown loaded={comments} what="the comments">
            {(said, { renew }) => <Comments ticketId={id} comments={said} onAdded={renew} />}
          </Shown>
        </section>
        <Shown loaded={history} what="the history">
          {(entries) => <HistoryTable entries={entries} />}
        </Shown>
      </div>
    </Page>
  );
}

/** The same for one that is not there and one that is not for these eyes. */
function NotFound() {
  return (
    <Page title="Ticket Not Found">
      <div className="card narrow">
        <p>This ticket does not exist, or it is not one of yours.</p>
        <Link className="button button-main" href="/tickets">
          To my tickets
        </Link>
      </div>
    </Page>
  );
}
