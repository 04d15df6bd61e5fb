/** Shows what was loaded, or says plainly that it is on its way or did not come. */
import type { ReactNode } from 'react';
import type { AskFailure } from '../api/failure.ts';
import type { Loaded } from './use-loaded.ts';

interface Props<Value> {
  readonly loaded: Loaded<Value>;
  /** For the sentence while waiting: "the questions". */
  readonly what: string;
  readonly children: (value: Value) => ReactNode;
}

export function Shown<Value>({ loaded, what, children }: Props<Value>) {
  if (loaded.state === 'ready') return children(loaded.value);
  if (loaded.state === 'failed') return <FailureNote failure={loaded.failure} what={what} again={loaded.again} />;
  return (
    <p className="waiting" role="status">
      {loaded.isHeld ? `One moment: ${what} are being moved right now, and come as soon as that is done.` : `Fetching ${what} …`}
    </p>
  );
}

interface FailureProps {
  readonly failure: AskFailure;
  readonly what?: string;
  readonly again?: () => void;
}

export function FailureNote({ failure, what, again }: FailureProps) {
  return (
    <div className="note note-bad" role="alert">
      <p>
        {what !== undefined && <strong>Could not show {what}. </strong>}
        {failure.message}
        {failure.kind === 'refused' && failure.said !== undefined && ` ${failure.said}`}
      </p>
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
