/** Where one begins: what there is, where one left off, and the ways in. */
import type { AskOptions } from '@banyan/web/ask';
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import { latestOpenRun } from '../quiz/stored-runs.ts';
import { type Player, usePlayer } from '../session/player.ts';
import { useSession } from '../session/session.ts';

export function StartPage() {
  const { user } = useSession();
  const player = usePlayer();
  const bank = useLoaded('bank', loadBank);
  const mine = useLoaded(`mine ${user?.id}`, (options) => loadMine(player.find, options));
  const open = latestOpenRun();
  return (
    <Page
      title={user === undefined ? 'Node-Learn' : `Hello, ${user.name}`}
      lead="Node.js interview questions to read, to play and to remember."
    >
      {open !== undefined && (
        <section className="card card-strong resume" aria-labelledby="resume">
          <div>
            <h2 id="resume">You are in the middle of a run</h2>
            <p>
              {open.modeName}: question {open.position + 1} of {open.questions.length}, {open.correct} right so far.
            </p>
          </div>
          <Link className="button button-main" href={`/quiz/${open.modeId}`}>
            Go on
          </Link>
        </section>
      )}
      <ul className="tiles">
        {ways.map(({ title, text, href, action }) => (
          <li key={href}>
            <article className="card tile">
              <h2>{title}</h2>
              <p>{text}</p>
              <div className="actions">
                <Link className={href === '/quiz' ? 'button button-main' : 'button'} href={href}>
                  {action}
                </Link>
              </div>
            </article>
          </li>
        ))}
      </ul>
      <section aria-labelledby="numbers">
        <h2 id="numbers">In numbers</h2>
        <Shown loaded={bank} what="the totals">
          {(totals) => <Numbers numbers={totals} />}
        </Shown>
        <h2>{user === undefined ? 'The guest so far' : 'You so far'}</h2>
        <Shown loaded={mine} what="the results">
          {(results) => <Numbers numbers={results} />}
        </Shown>
      </section>
    </Page>
  );
}

const ways = [
  { title: 'Play', text: 'Ten modes, from gentle to hard. Every answer is explained at once.', href: '/quiz', action: 'Choose a mode' },
  {
    title: 'Read',
    text: 'The whole bank with its long answers, by kind, difficulty and topic.',
    href: '/questions',
    action: 'Browse questions',
  },
  { title: 'Be surprised', text: 'One question after the other, in any order, at your own pace.', href: '/learn', action: 'Show me one' },
] as const;

type Numbered = readonly (readonly [label: string, value: string | number])[];

async function loadBank(options: AskOptions): Promise<Numbered> {
  const questions = await api.ask('questions.list', options);
  const count = (level: string) => questions.filter(({ difficulty }) => difficulty === level).length;
  const topics = new Set(questions.map(({ topic }) => topic)).size;
  return [
    ['questions', questions.length],
    ['topics', topics],
    ['easy', count('easy')],
    ['medium', count('medium')],
    ['hard', count('hard')],
  ];
}

async function loadMine(findPlayer: (options: AskOptions) => Promise<Player>, options: AskOptions): Promise<Numbered> {
  const { id: userId } = await findPlayer(options);
  const [stats, badges] = await Promise.all([
    api.ask('stats.of-user', { ...options, params: { userId } }),
    api.ask('achievements.of-user', { ...options, params: { userId } }),
  ]);
  const { totalAttempts, totalCorrect, overallAccuracy } = stats.overall;
  return [
    ['answers', totalAttempts],
    ['right', totalCorrect],
    ['accuracy', `${Math.round(Number(overallAccuracy))} %`],
    ['badges', `${badges.filter(({ unlocked }) => unlocked).length} of ${badges.length}`],
  ];
}

function Numbers({ numbers }: { readonly numbers: Numbered }) {
  return (
    <dl className="numbers">
      {numbers.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
