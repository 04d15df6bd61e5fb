/** A question and, behind a button, its answer: the long text, the choices that are right, the words expected. */
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { useState } from 'react';
import { api } from '../api/api.ts';
import type { Question, RevealedAnswer } from '../api/routes.ts';
import { Tags } from '../frame/tags.tsx';
import { RichText } from '../text/rich-text.tsx';

interface Props {
  readonly question: Omit<Question, 'choices'>;
}

export function ReadQuestion({ question }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <article className="card question">
      <Tags {...question} />
      <RichText html={question.question} />
      {isOpen ? (
        <Answer questionId={question.id} />
      ) : (
        <div className="actions">
          <button type="button" className="button-main" onClick={() => setOpen(true)}>
            Show the answer
          </button>
        </div>
      )}
    </article>
  );
}

function Answer({ questionId }: { readonly questionId: number }) {
  const loaded = useLoaded(String(questionId), (options) => api.ask('answers.reveal', { ...options, params: { questionId } }));
  return (
    <section className="answer" aria-labelledby="answer" aria-live="polite">
      <h2 id="answer">Answer</h2>
      <Shown loaded={loaded} what="the answer">
        {(revealed) => <Revealed revealed={revealed} />}
      </Shown>
    </section>
  );
}

function Revealed({ revealed: { answer, choices, matchKeywords } }: { readonly revealed: RevealedAnswer }) {
  const good = choices.filter(({ isGood }) => isGood);
  const others = choices.filter(({ isGood }) => !isGood);
  return (
    <>
      {answer !== '' && <RichText html={answer} />}
      {matchKeywords.length > 0 && (
        <p>
          Expected:{' '}
          {matchKeywords.map((word, index) => (
            <span key={word}>
              {index > 0 && ', '}
              <code>{word}</code>
            </span>
          ))}
        </p>
      )}
      {good.length > 0 && (
        <>
          <h3>Right</h3>
          <ul className="judged judged-good">
            {good.map(({ id, choiceText }) => (
              <li key={id}>{choiceText}</li>
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && (
        <>
          <h3>Not right</h3>
          <ul className="judged">
            {others.map(({ id, choiceText, explanation }) => (
              <li key={id}>
                {choiceText}
                {explanation !== null && <p className="explanation">{explanation}</p>}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
