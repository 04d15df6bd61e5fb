/** Deletes a question, after asking: everybody's results of it go as well. */
import { Confirm } from '@banyan/web/confirm';
import { goTo } from '@banyan/web/location';
import { api } from '../api/api.ts';
import { WriteFailureNote } from './write-failure-note.tsx';

interface Props {
  readonly id: string;
  readonly onDeleted: () => void;
}

export function DeleteQuestion({ id, onDeleted }: Props) {
  const remove = async () => {
    await api.ask('admin.delete-question', { params: { id } });
    onDeleted();
    goTo('/admin');
  };
  return (
    <Confirm
      label="Delete …"
      title={`Delete question ${id}?`}
      action="Delete for good"
      whileUnderWay="Deleting …"
      onConfirm={remove}
      note={(failure) => <WriteFailureNote failure={failure} />}
    >
      <p>Its choices go with it, and what everybody answered to it. Badges and boards stay. This cannot be undone.</p>
    </Confirm>
  );
}
