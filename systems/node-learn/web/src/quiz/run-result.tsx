/** What became of a run: counters, every question with its outcome, and the board of its mode. */
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { BoardTable } from '../boards/board-table.tsx';
import { useSession } from '../session/session.ts';
import { plainText } from '../text/rich-text.tsx';
import { counted } from '../frame/labels.ts';
import type { Run } from './run.ts';
import { UncountedNote } from './uncounted-note.tsx';
import type { PlayedRun } from './use-run.ts';

interface Props {
  readonly played: PlayedRun;
  readonly again: () => void;
}

export function RunResult({ played, again }: Props) {
  const { run } = played;
  const { user } = useSession();
  const actions = (
    <>
      <button type="button" className="button-main" onClick={again}>
        Play again
      </button>
      <Link className="button" href="/quiz">
        Other modes
      </Link>
    </>
  );
  return (
    <Page title={`${run.modeName}: your result`} lead={sentenceOf(run)} actions={actions}>
      <UncountedNote played={played} />
      <div className="columns">
        <section className="card" aria-labelledby="played">
          <h2 id="played">What you played</h2>
          <Outcomes run={run} />
        </section>
        <section className="card" aria-labelledby="board">
          <h2 id="board">Board</h2>
          {user === undefined && (
            <p className="quiet">
              Guests do not stand on boards. <Link href="/login">Sign in</Link> and your next run is on it.
            </p>
          )}
          <BoardTable modeId={run.modeId} reloadKey={String(run.isBoardBehind)} />
        </section>
      </div>
    </Page>
  );
}

function sentenceOf({ correct, total, bestStreak }: Run): string {
  if (total === 0) return 'You skipped everything; nothing was counted.';
  const percent = Math.round((correct / total) * 100);
  return `${correct} of ${total} right (${percent} %), best streak ${bestStreak}.`;
}

function Outcomes({ run }: { readonly run: Run }) {
  const skipped = run.outcomes.filter((outcome) => outcome === 'skipped').length;
  return (
    <>
      <ol className="outcomes">
        {run.questions.map((question, index) => (
          <li key={question.id} className={`outcome outcome-${run.outcomes[index] ?? 'skipped'}`}>
            <span className="outcome-word">{run.outcomes[index]}</span>
            <Link href={`/questions/${question.id}`}>{plainText(question.question)}</Link>
          </li>
        ))}
      </ol>
      {skipped > 0 && <p className="quiet">{counted(skipped, 'question')} skipped.</p>}
    </>
  );
}
