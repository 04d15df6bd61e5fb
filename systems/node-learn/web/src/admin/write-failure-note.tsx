/** Says what a write that failed has left behind, as far as anybody knows. */
import type { AskFailure } from '@banyan/web/failure';

export function WriteFailureNote({ failure }: { readonly failure: AskFailure }) {
  const { message, said, kind, changedNothing } = failure;
  return (
    <p className="note note-bad" role="alert">
      {(kind === 'refused' || kind === 'invalid') && said !== undefined ? said : message}{' '}
      {changedNothing ? 'Nothing was changed' : 'Perhaps it was done all the same: look at the bank before you try again'}; what you typed
      is kept.
    </p>
  );
}
