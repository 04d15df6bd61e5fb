/** Opening a ticket. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { Field, LongField } from '@banyan/web/field';
import { useAction } from '@banyan/web/use-action';
import { type FormEvent, useState } from 'react';
import { api } from '../api/api.ts';

interface Props {
  /** Resolves when the list shows it. */
  readonly onCreated: () => Promise<void>;
}

export function NewTicketForm({ onCreated }: Props) {
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const { isUnderWay, failure, start } = useAction();
  const create = (event: FormEvent) => {
    event.preventDefault();
    void start(async () => {
      await api.ask('POST /tickets', { body: { title, description } });
      await onCreated();
    });
  };
  return (
    <form className="card stack" id="new-ticket" aria-label="New ticket" onSubmit={create}>
      <Field label="Title" required autoFocus value={title} onValue={setTitle} />
      <LongField label="Description" required rows={5} value={description} onValue={setDescription} />
      {failure !== undefined && <ActionFailureNote failure={failure} />}
      <div className="actions">
        <button className="button-main" disabled={isUnderWay}>
          {isUnderWay ? 'Creating …' : 'Create ticket'}
        </button>
      </div>
    </form>
  );
}
