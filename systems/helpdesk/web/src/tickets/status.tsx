/** How far a ticket has come: its label, its badge, and the way from one to another; all ways are open. */
import type { Status } from '../api/routes.ts';

export const statusLabels: Readonly<Record<Status, string>> = { OPEN: 'Open', IN_PROGRESS: 'In Progress', DONE: 'Done' };

const statuses = Object.keys(statusLabels) as Status[];
const tones: Readonly<Record<Status, string>> = { OPEN: 'tag-accent', IN_PROGRESS: 'tag-warn', DONE: 'tag-good' };

export function StatusTag({ status }: { readonly status: Status }) {
  return <span className={`tag ${tones[status]}`}>{statusLabels[status]}</span>;
}

interface ButtonsProps {
  readonly status: Status;
  /** Title of the ticket. */
  readonly of: string;
  readonly isDisabled: boolean;
  readonly onPick: (status: Status) => void;
}

/** The present one is off, and keeps the focus all the same when somebody has just come to it. */
export function StatusButtons({ status, of, isDisabled, onPick }: ButtonsProps) {
  return (
    <div className="steps" role="group" aria-label={`Status of ${of}`}>
      {statuses.map((candidate) => {
        const isOff = isDisabled || candidate === status;
        return (
          <button
            key={candidate}
            type="button"
            aria-pressed={candidate === status}
            aria-disabled={isOff}
            onClick={() => {
              if (!isOff) onPick(candidate);
            }}
          >
            {statusLabels[candidate]}
          </button>
        );
      })}
    </div>
  );
}
