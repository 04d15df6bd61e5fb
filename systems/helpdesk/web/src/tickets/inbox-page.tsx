/** What is assigned to oneself. */
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import { LongList } from './long-list.tsx';
import { TicketCard } from './ticket-card.tsx';

export function InboxPage() {
  const loaded = useLoaded('inbox', (options) => api.ask('GET /tickets/inbox', options));
  const count = loaded.state === 'ready' ? loaded.value.length : undefined;
  return (
    <Page
      title="My Inbox (Assigned Tickets)"
      lead={count === undefined ? undefined : `${count.toLocaleString()} ${count === 1 ? 'ticket' : 'tickets'}`}
    >
      <Shown loaded={loaded} what="the tickets assigned to you">
        {(tickets) =>
          tickets.length === 0 ? (
            <p className="card empty">Nothing is assigned to you.</p>
          ) : (
            <LongList items={tickets}>{(ticket) => <TicketCard key={ticket.id} ticket={ticket} />}</LongList>
          )
        }
      </Shown>
    </Page>
  );
}
