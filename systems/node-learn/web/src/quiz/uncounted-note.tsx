/** Offers to tell the server again what it has not confirmed. */
import { useSession } from '../session/session.ts';
import { counted } from '../frame/labels.ts';
import type { PlayedRun } from './use-run.ts';

export function UncountedNote({ played }: { readonly played: PlayedRun }) {
  const { user } = useSession();
  const { run, countFailure, isCounting } = played;
  const { uncounted } = run;
  const isBoardOwed = run.isBoardBehind && user !== undefined;
  if (countFailure === undefined || (uncounted.length === 0 && !isBoardOwed)) return null;
  const what = uncounted.length === 0 ? 'Your result is not on the board yet' : `${counted(uncounted.length, 'answer')} not counted yet`;
  return (
    <div className="note note-warn" role="alert">
      <p>
        <strong>{what}.</strong> {countFailure.message}
        {!countFailure.changedNothing && ' Perhaps it did arrive: telling it again may count it twice.'} You can go on meanwhile.
      </p>
      <button type="button" onClick={played.count} disabled={isCounting}>
        {isCounting ? 'Counting …' : 'Count now'}
      </button>
    </div>
  );
}
