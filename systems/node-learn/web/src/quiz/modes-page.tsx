/** The ways to play, how long a run is, and the runs that were left open. */
import { Link } from '@banyan/web/link';
import { goTo } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { useState } from 'react';
import { api } from '../api/api.ts';
import type { QuizMode } from '../api/routes.ts';
import { forgetRun, keepLength, lengths, openRunOf, readLength } from './stored-runs.ts';

export function ModesPage() {
  const loaded = useLoaded('modes', (options) => api.ask('quiz.modes', options));
  return (
    <Page title="Quiz" lead="Ten ways to play. Numbers choose, Enter answers.">
      <LengthChoice />
      <Shown loaded={loaded} what="the modes">
        {(modes) => (
          <ul className="tiles">
            {modes.map((mode) => (
              <li key={mode.id}>
                <ModeTile mode={mode} />
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Page>
  );
}

function LengthChoice() {
  const [length, setLength] = useState(readLength);
  const choose = (next: number) => {
    keepLength(next);
    setLength(next);
  };
  return (
    <fieldset className="segments">
      <legend>Questions in a run</legend>
      {[...lengths, Infinity].map((option) => (
        <label key={option}>
          <input type="radio" name="length" checked={option === length} onChange={() => choose(option)} />
          <span>{option === Infinity ? 'All' : option}</span>
        </label>
      ))}
    </fieldset>
  );
}

function ModeTile({ mode }: { readonly mode: QuizMode }) {
  const open = openRunOf(mode.id);
  const startOver = () => {
    forgetRun(mode.id);
    goTo(`/quiz/${mode.id}`);
  };
  return (
    <article className="card tile mode">
      <h2>{mode.name}</h2>
      <p>{mode.description}</p>
      <div className="actions">
        {open === undefined ? (
          <button type="button" className="button-main" onClick={startOver}>
            Play <span className="unseen">{mode.name}</span>
          </button>
        ) : (
          <>
            <Link className="button button-main" href={`/quiz/${mode.id}`}>
              Go on <span className="unseen">with {mode.name}</span> ({open.position + 1} of {open.questions.length})
            </Link>
            <button type="button" className="button-quiet" onClick={startOver}>
              Start over
            </button>
          </>
        )}
      </div>
    </article>
  );
}
