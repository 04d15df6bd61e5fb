/** One's own tickets; administrators see those of everybody when they want to. */
import { FailureNote } from '@banyan/web/failure-note';
import { changeQuery, useQuery } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { useRef, useState } from 'react';
import { api } from '../api/api.ts';
import type { Account, Ticket } from '../api/routes.ts';
import type { SignedInUser } from '../session/claims.ts';
import { LongList } from './long-list.tsx';
import { NewTicketForm } from './new-ticket-form.tsx';
import { TicketCard } from './ticket-card.tsx';
import { TicketControls } from './ticket-controls.tsx';
import { useUsers } from './use-users.ts';

export function TicketsPage({ user }: { readonly user: SignedInUser }) {
  const isAdmin = user.role === 'ADMIN';
  const showsAll = isAdmin && useQuery().get('showAll') === 'true';
  const loaded = useLoaded(`${user.id} ${showsAll}`, (options) =>
    api.ask('GET /tickets', { ...options, query: { showAll: showsAll ? 'true' : undefined } }),
  );
  const users = useUsers(user);
  const [isCreating, setCreating] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const show = async () => {
    if (loaded.state === 'ready') await loaded.renew();
    setCreating(false);
    opener.current?.focus();
  };
  const actions = (
    <button
      ref={opener}
      type="button"
      className={isCreating ? '' : 'button-main'}
      aria-expanded={isCreating}
      onClick={() => setCreating(!isCreating)}
    >
      {isCreating ? 'Cancel' : 'New Ticket'}
    </button>
  );
  return (
    <Page title="My Tickets" lead={loaded.state === 'ready' ? counted(loaded.value.length) : undefined} actions={actions}>
      {isCreating && <NewTicketForm onCreated={show} />}
      {isAdmin && (
        <label className="check">
          <input type="checkbox" checked={showsAll} onChange={(event) => changeQuery({ showAll: event.target.checked ? 'true' : '' })} />
          Show All Tickets
        </label>
      )}
      {users.state === 'failed' && <FailureNote failure={users.failure} what="to whom tickets can be assigned" again={users.again} />}
      <Shown loaded={loaded} what="the tickets">
        {(tickets, { renew }) => <Tickets tickets={tickets} users={users.state === 'ready' ? users.value : undefined} onChanged={renew} />}
      </Shown>
    </Page>
  );
}

interface TicketsProps {
  readonly tickets: readonly Ticket[];
  readonly users: readonly Account[] | undefined;
  readonly onChanged: () => Promise<void>;
}

function Tickets({ tickets, users, onChanged }: TicketsProps) {
  if (tickets.length === 0) return <p className="card empty">No tickets yet. Open one with “New Ticket”, and it appears here.</p>;
  return (
    <LongList items={tickets}>
      {(ticket) => (
        <TicketCard key={ticket.id} ticket={ticket}>
          <TicketControls ticket={ticket} users={users} onChanged={onChanged} />
        </TicketCard>
      )}
    </LongList>
  );
}

function counted(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? 'ticket' : 'tickets'}`;
}
