/** Somebody's results: in all, per question, and what is worth repeating. */
import { Link } from '@banyan/web/link';
import { useQuery } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import type { Stats } from '../api/routes.ts';
import { difficultyLabels } from '../frame/labels.ts';
import { GuestNote } from '../frame/guest-note.tsx';
import { PageTurner } from '../bank/page-turner.tsx';
import { forgetFinishedRun } from '../quiz/stored-runs.ts';
import { usePlayer } from '../session/player.ts';
import { signOut, useSession } from '../session/session.ts';
import { plainText } from '../text/rich-text.tsx';

const perPage = 15;

export function ProfilePage() {
  const { user } = useSession();
  const player = usePlayer();
  const loaded = useLoaded(`results ${user?.id}`, async (options) => {
    const { id } = await player.find(options);
    return api.ask('stats.of-user', { ...options, params: { userId: id } });
  });
  const actions = user !== undefined && (
    <button type="button" onClick={signOut}>
      Sign out
    </button>
  );
  return (
    <Page title={user === undefined ? 'Results of the guest' : user.name} lead={user?.email} actions={actions}>
      {player.isGuest && <GuestNote />}
      <Shown loaded={loaded} what="the results">
        {(stats) => <Results stats={stats} />}
      </Shown>
    </Page>
  );
}

function Results({ stats: { overall, questions } }: { readonly stats: Stats }) {
  const missed = questions.filter(({ incorrect_count }) => incorrect_count > 0).length;
  const numbers = [
    ['answers', overall.totalAttempts],
    ['right', overall.totalCorrect],
    ['wrong', overall.totalIncorrect],
    ['accuracy', `${Number(overall.overallAccuracy).toFixed(1)} %`],
    ['questions missed', missed],
  ] as const;
  return (
    <>
      <dl className="numbers">
        {numbers.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {missed > 0 && <RepeatMissed />}
      {questions.length === 0 ? (
        <p className="note">
          No answer has been counted so far. <Link href="/quiz">Play a round</Link> and come back.
        </p>
      ) : (
        <PerQuestion questions={questions} />
      )}
    </>
  );
}

/** The mode is known by its name: its number is the server's affair. */
function RepeatMissed() {
  const loaded = useLoaded('modes', (options) => api.ask('quiz.modes', options));
  const mode = loaded.state === 'ready' ? loaded.value.find(({ name }) => name === 'Missed') : undefined;
  if (mode === undefined) return null;
  return (
    <p>
      <Link className="button button-main" href={`/quiz/${mode.id}`} onClick={() => forgetFinishedRun(mode.id)}>
        Repeat what was missed
      </Link>
    </p>
  );
}

function PerQuestion({ questions }: { readonly questions: Stats['questions'] }) {
  const pages = Math.ceil(questions.length / perPage);
  const current = Math.min(Math.max(1, Number(useQuery().get('page') ?? 1) || 1), pages);
  return (
    <section aria-labelledby="per-question">
      <h2 id="per-question">Per question</h2>
      <ul className="results">
        {questions.slice((current - 1) * perPage, current * perPage).map((result) => (
          <li key={result.id}>
            <Link href={`/questions/${result.question_id}`}>{plainText(result.question)}</Link>
            <p className="quiet">
              {result.topic} · {difficultyLabels[result.difficulty]} · {result.correct_count} right, {result.incorrect_count} wrong
            </p>
            <meter min={0} max={100} value={Number(result.accuracy_percentage)} aria-label={`${result.accuracy_percentage} % right`} />
          </li>
        ))}
      </ul>
      <PageTurner current={current} pages={pages} />
    </section>
  );
}
