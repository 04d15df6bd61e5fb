/** What was said about a ticket, the oldest first, and a box to say more. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { LongField } from '@banyan/web/field';
import { useAction } from '@banyan/web/use-action';
import { type FormEvent, useState } from 'react';
import { api } from '../api/api.ts';
import type { Comment } from '../api/routes.ts';
import { nameOf } from '../people/names.ts';
import { Moment } from '../time/moment.tsx';

interface Props {
  readonly ticketId: string;
  readonly comments: readonly Comment[];
  /** Resolves when it is shown. */
  readonly onAdded: () => Promise<void>;
}

export function Comments({ ticketId, comments, onAdded }: Props) {
  return (
    <>
      {comments.length === 0 && <p className="quiet">Nobody has said anything yet.</p>}
      <ol className="comments">
        {comments.map(({ id, author, createdAt, isInternal, body }) => (
          <li key={id} className={isInternal ? 'comment comment-internal' : 'comment'}>
            <p className="comment-head">
              <strong>{nameOf(author)}</strong> <Moment iso={createdAt} /> {isInternal && <span className="tag tag-warn">Internal</span>}
            </p>
            <p className="description-whole">{body}</p>
          </li>
        ))}
      </ol>
      <CommentForm ticketId={ticketId} onAdded={onAdded} />
    </>
  );
}

function CommentForm({ ticketId, onAdded }: Omit<Props, 'comments'>) {
  const [body, setBody] = useState('');
  const [isInternal, setInternal] = useState(false);
  const { isUnderWay, failure, start } = useAction();
  const add = (event: FormEvent) => {
    event.preventDefault();
    void start(async () => {
      await api.ask('POST /tickets/:id/comments', { params: { id: ticketId }, body: { body, isInternal } });
      setBody('');
      setInternal(false);
      await onAdded();
    });
  };
  return (
    <form className="stack" aria-label="Add a comment" onSubmit={add}>
      <LongField label="Your comment" required rows={3} value={body} onValue={setBody} />
      <label className="check">
        <input type="checkbox" checked={isInternal} onChange={(event) => setInternal(event.target.checked)} />
        Internal note
      </label>
      {failure !== undefined && <ActionFailureNote failure={failure} />}
      <div className="actions">
        <button className="button-main" disabled={isUnderWay}>
          {isUnderWay ? 'Adding …' : 'Add comment'}
        </button>
      </div>
    </form>
  );
}
