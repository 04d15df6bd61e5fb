/** Says why something came to nothing, with what whoever looks into it needs. */
import type { AskFailure } from './failure.ts';

interface FailureProps {
  readonly failure: AskFailure;
  /** What was to be shown: "the questions". */
  readonly what?: string;
  readonly again?: () => void;
}

/** Of what was to be shown. */
export function FailureNote({ failure, what, again }: FailureProps) {
  const { kind, message, said } = failure;
  const isAbout = kind === 'refused' || kind === 'invalid' || kind === 'failed';
  return (
    <div className="note note-bad" role="alert">
      <p>
        {what !== undefined && <strong>Could not show {what}. </strong>}
        {message}
        {isAbout && said !== undefined && ` ${said}`}
      </p>
      <FailureDetails failure={failure} />
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Of what was to be done: the server's own words, where it had some for people. */
export function ActionFailureNote({ failure }: { readonly failure: AskFailure }) {
  const { kind, message, said, changedNothing } = failure;
  const isRefusal = changedNothing && kind !== 'held';
  return (
    <div className="note note-bad" role="alert">
      <p>{isRefusal && said !== undefined ? said : [message, kind === 'failed' ? said : undefined].filter(Boolean).join(' ')}</p>
      {!isRefusal && (
        <p>
          {changedNothing
            ? 'Nothing was changed; please try again.'
            : 'Perhaps it was done all the same: please look before you try again.'}
        </p>
      )}
      <FailureDetails failure={failure} />
    </div>
  );
}

function FailureDetails({ failure: { status, requestId } }: { readonly failure: AskFailure }) {
  if (requestId === undefined) return null;
  return (
    <details className="failure-details">
      <summary>Details</summary>
      <dl>
        <dt>Answer</dt>
        <dd>{status ?? 'none'}</dd>
        <dt>Request id</dt>
        <dd>
          <code>{requestId}</code>
        </dd>
      </dl>
    </details>
  );
}
