/** Takes the answer: choices by click, by Tab and arrows or by their number, words by typing; Enter gives it. */
import { type FormEvent, useEffect, useId } from 'react';
import type { Question, RevealedAnswer } from '../api/routes.ts';
import { currentQuestion } from './run.ts';
import type { PlayedRun } from './use-run.ts';

interface Props {
  readonly question: Question;
  readonly played: PlayedRun;
}

export function AnswerForm({ question, played }: Props) {
  const { run, isAsking } = played;
  const isText = question.questionType === 'text_input';
  const isGiven = run.revealed !== undefined;
  const isReady = isText
    ? run.draft.words.filter((word) => word.trim() !== '').length === (question.keywordCount ?? 1)
    : question.questionType === 'multiple_choice' || run.draft.selected.length === 1;
  const give = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !isGiven) played.give();
  };
  return (
    <form className="answer-form" onSubmit={give}>
      <fieldset disabled={isGiven || isAsking}>
        {isText ? <Words question={question} played={played} /> : <Choices question={question} played={played} />}
      </fieldset>
      {!isGiven && (
        <div className="actions">
          <button type="submit" className="button-main" disabled={!isReady || isAsking}>
            {isAsking ? 'One moment …' : 'Answer'}
          </button>
          <button type="button" className="button-quiet" onClick={played.skip} disabled={isAsking}>
            Skip
          </button>
        </div>
      )}
    </form>
  );
}

function Words({ question, played }: Props) {
  const id = useId();
  const count = question.keywordCount ?? 1;
  const words = Array.from({ length: count }, (_, index) => played.run.draft.words[index] ?? '');
  const type = (index: number, word: string) => played.change({ selected: [], words: words.with(index, word) });
  return (
    <>
      <legend>{count === 1 ? 'Type the word' : `Type the ${count} words, in any order`}</legend>
      {words.map((word, index) => (
        <div className="field" key={index}>
          <label htmlFor={`${id}${index}`}>{count === 1 ? 'Your answer' : `Word ${index + 1}`}</label>
          <input
            id={`${id}${index}`}
            value={word}
            onChange={(event) => type(index, event.target.value)}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
          />
        </div>
      ))}
    </>
  );
}

function Choices({ question, played }: Props) {
  const isSingle = question.questionType === 'single_choice';
  const { revealed, draft } = played.run;
  const toggle = (id: number) => {
    const others = draft.selected.filter((other) => other !== id);
    const selected = isSingle ? [id] : others.length < draft.selected.length ? others : [...others, id];
    played.change({ selected, words: [] });
  };
  useNumberKeys(played, (number) => {
    const choice = question.choices[number - 1];
    if (choice !== undefined) toggle(choice.id);
  });
  return (
    <>
      <legend>{isSingle ? 'Choose one' : 'Choose all that are right; it may be none'}</legend>
      <ol className="choices">
        {question.choices.map(({ id, choiceText }, index) => (
          <ChoiceItem
            key={id}
            kind={isSingle ? 'radio' : 'checkbox'}
            text={choiceText}
            number={index + 1}
            isSelected={draft.selected.includes(id)}
            judged={revealed?.choices.find((choice) => choice.id === id)}
            toggle={() => toggle(id)}
          />
        ))}
      </ol>
    </>
  );
}

interface ChoiceProps {
  readonly kind: 'radio' | 'checkbox';
  readonly text: string;
  readonly number: number;
  readonly isSelected: boolean;
  /** Once the answer is known; the explanation comes with it, because before it one could tell by it what is wrong. */
  readonly judged: RevealedAnswer['choices'][number] | undefined;
  readonly toggle: () => void;
}

function ChoiceItem({ kind, text, number, isSelected, judged, toggle }: ChoiceProps) {
  const verdict = judged === undefined ? undefined : judged.isGood ? 'good' : isSelected ? 'bad' : 'other';
  return (
    <li className={`choice choice-${verdict ?? 'open'}`}>
      <label>
        <input type={kind} name="choice" checked={isSelected} onChange={toggle} />
        <span className="choice-text">{text}</span>
        <kbd aria-hidden="true">{number}</kbd>
        {verdict !== undefined && <span className="choice-mark">{verdictWords[verdict]}</span>}
      </label>
      {judged !== undefined && judged.explanation !== null && <p className="explanation">{judged.explanation}</p>}
    </li>
  );
}

const verdictWords = { good: 'right', bad: 'your choice, wrong', other: 'wrong' } as const;

/** Not while something is typed, nor with a key held. */
function useNumberKeys(played: PlayedRun, choose: (number: number) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.matches('input:not([type=radio],[type=checkbox]), textarea, select');
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || played.isAsking) return;
      if (currentQuestion(played.run) === undefined || played.run.revealed !== undefined) return;
      if (/^[1-9]$/.test(event.key)) choose(Number(event.key));
      const isOnControl = event.target instanceof HTMLElement && event.target.closest('button, a, input, summary') !== null;
      const isReady = played.run.draft.selected.length > 0;
      if (event.key === 'Enter' && !isOnControl && isReady) played.give();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
}
