/** A button for what cannot be undone: asks first, and says what came of it. */
import { type ReactNode, useId, useRef } from 'react';
import type { AskFailure } from './failure.ts';
import { ActionFailureNote } from './failure-note.tsx';
import { useAction } from './use-action.ts';

interface Props {
  /** On the button: "Delete …". */
  readonly label: string;
  /** What the button is about, for who cannot see what it stands beside; follows the label. */
  readonly about?: string;
  readonly title: string;
  /** What is going to happen. */
  readonly children: ReactNode;
  /** On the button that does it. */
  readonly action: string;
  readonly whileUnderWay: string;
  readonly onConfirm: () => Promise<void>;
  readonly note?: (failure: AskFailure) => ReactNode;
}

export function Confirm({ label, about, title, children, action, whileUnderWay, onConfirm, note }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const { isUnderWay, failure, start } = useAction();
  return (
    <>
      <button type="button" className="button-danger" onClick={() => dialog.current?.showModal()}>
        {label}
        {about !== undefined && <span className="unseen"> {about}</span>}
      </button>
      <dialog ref={dialog} aria-labelledby={titleId}>
        <h2 id={titleId}>{title}</h2>
        {children}
        {failure !== undefined && (note === undefined ? <ActionFailureNote failure={failure} /> : note(failure))}
        <div className="actions">
          <button
            type="button"
            className="button-danger"
            onClick={() =>
              void start(async () => {
                await onConfirm();
                dialog.current?.close();
              })
            }
            disabled={isUnderWay}
          >
            {isUnderWay ? whileUnderWay : action}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
        </div>
      </dialog>
    </>
  );
}
