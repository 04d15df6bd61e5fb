/** What can be done with a ticket: everybody moves it on, administrators give it to somebody. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { useAction } from '@banyan/web/use-action';
import { useState } from 'react';
import { api } from '../api/api.ts';
import type { Account, Status, Ticket } from '../api/routes.ts';
import { distinctNameOf, nameOf } from '../people/names.ts';
import { PickOne } from '../people/pick-one.tsx';
import { StatusButtons, statusLabels } from './status.tsx';

interface Props {
  readonly ticket: Ticket;
  /** To whom it may be given; undefined for who may not give it. */
  readonly users: readonly Account[] | undefined;
  /** Resolves when what has changed is shown. */
  readonly onChanged: () => Promise<void>;
}

export function TicketControls({ ticket, users, onChanged }: Props) {
  const { id, title, status, assignedTo } = ticket;
  const { isUnderWay, failure, start } = useAction();
  const [said, say] = useState('');
  const moveTo = (next: Status) =>
    void start(async () => {
      await api.ask('PATCH /tickets/:id', { params: { id }, body: { status: next } });
      await onChanged();
      say(`${title} is ${statusLabels[next]} now.`);
    });
  const giveTo = (userId: string) =>
    void start(async () => {
      await api.ask('PATCH /tickets/:id/assign', { params: { id }, body: { assignedToUserId: userId === '' ? null : userId } });
      await onChanged();
      const assignee = users?.find((user) => user.id === userId);
      say(assignee === undefined ? `${title} is unassigned now.` : `${title} is assigned to ${nameOf(assignee)} now.`);
    });
  return (
    <div className="controls">
      <StatusButtons status={status} of={title} isDisabled={isUnderWay} onPick={moveTo} />
      {users !== undefined && (
        <PickOne
          label={
            <>
              Assignee <span className="unseen">of {title}</span>
            </>
          }
          value={assignedTo?.id ?? ''}
          options={[['', 'Unassigned'], ...users.map((user) => [user.id, distinctNameOf(user)] as const)]}
          action={assignedTo === null ? 'Assign' : 'Reassign'}
          about={title}
          isDisabled={isUnderWay}
          onPick={giveTo}
        />
      )}
      {failure !== undefined && <ActionFailureNote failure={failure} />}
      <p className="unseen" role="status">
        {said}
      </p>
    </div>
  );
}
