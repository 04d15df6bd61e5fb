/** Says how the answer was, and why; the way on has the focus, so that Enter is enough. */
import { useEffect, useRef } from 'react';
import type { Question, RevealedAnswer } from '../api/routes.ts';
import { RichText } from '../text/rich-text.tsx';
import type { PlayedRun } from './use-run.ts';

interface Props {
  readonly question: Question;
  readonly played: PlayedRun;
  readonly revealed: RevealedAnswer;
}

const words = { right: 'Right.', wrong: 'Not right.', skipped: 'Skipped.' } as const;

export function Verdict({ question, played, revealed }: Props) {
  const { run } = played;
  const next = useRef<HTMLButtonElement>(null);
  const outcome = run.outcomes[run.position] ?? 'skipped';
  const isLast = run.position + 1 === run.questions.length;
  useEffect(() => next.current?.focus({ preventScroll: true }), []);
  return (
    <section className={`verdict verdict-${outcome}`} aria-label="How it was">
      <div className="verdict-head">
        <p role="status">
          <strong>{words[outcome]}</strong>{' '}
          {outcome === 'right' && run.streak > 1 && question.questionType !== 'text_input' && `${run.streak} in a row.`}
        </p>
        <button type="button" className="button-main" ref={next} onClick={played.next}>
          {isLast ? 'See the result' : 'Next question'}
        </button>
      </div>
      {question.questionType === 'text_input' && (
        <p>
          Expected:{' '}
          {revealed.matchKeywords.map((word, index) => (
            <span key={word}>
              {index > 0 && ', '}
              <code>{word}</code>
            </span>
          ))}
        </p>
      )}
      {revealed.answer !== '' && <RichText html={revealed.answer} />}
    </section>
  );
}
