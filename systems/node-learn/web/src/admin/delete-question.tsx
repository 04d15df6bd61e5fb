/** Deletes a question, after asking: everybody's results of it go as well. */
import { useRef, useState } from 'react';
import { api } from '../api/api.ts';
import { AskFailure } from '../api/failure.ts';
import { goTo } from '../navigation/location.ts';
import { WriteFailureNote } from './write-failure-note.tsx';

interface Props {
  readonly id: string;
  readonly onDeleted: () => void;
}

export function DeleteQuestion({ id, onDeleted }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isDeleting, setDeleting] = useState(false);
  const [failure, setFailure] = useState<AskFailure>();
  const remove = async () => {
    setDeleting(true);
    setFailure(undefined);
    try {
      await api.ask('admin.delete-question', { params: { id } });
      onDeleted();
      goTo('/admin');
    } catch (error) {
      setFailure(error instanceof AskFailure ? error : new AskFailure('failed', { cause: error }));
      setDeleting(false);
    }
  };
  return (
    <>
      <button type="button" className="button-danger" onClick={() => dialog.current?.showModal()}>
        Delete …
      </button>
      <dialog ref={dialog} aria-labelledby="delete-title">
        <h2 id="delete-title">Delete question {id}?</h2>
        <p>Its choices go with it, and what everybody answered to it. Badges and boards stay. This cannot be undone.</p>
        {failure !== undefined && <WriteFailureNote failure={failure} />}
        <div className="actions">
          <button type="button" className="button-danger" onClick={() => void remove()} disabled={isDeleting}>
            {isDeleting ? 'Deleting …' : 'Delete for good'}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
        </div>
      </dialog>
    </>
  );
}
