/** The choices of a question: texts, which are right, why a wrong one is wrong. */
import { type ChoiceDraft, emptyChoice } from './question-draft.ts';

interface Props {
  readonly isSingle: boolean;
  readonly choices: readonly ChoiceDraft[];
  readonly onChange: (choices: readonly ChoiceDraft[]) => void;
}

export function ChoicesField({ isSingle, choices, onChange }: Props) {
  const change = (key: string, part: Partial<ChoiceDraft>) =>
    onChange(choices.map((choice) => (choice.key === key ? { ...choice, ...part } : choice)));
  const mark = (key: string, isGood: boolean) =>
    onChange(choices.map((choice) => (choice.key === key ? { ...choice, isGood } : isSingle ? { ...choice, isGood: false } : choice)));
  const add = () => onChange([...choices, emptyChoice(`added-${Date.now()}`)]);
  return (
    <fieldset className="choices-field">
      <legend>Choices</legend>
      <p className="hint">
        Four of them are drawn for each request{isSingle ? ', the right one among them' : ''}. Empty ones are left out.
      </p>
      <ol>
        {choices.map((choice, index) => (
          <li key={choice.key} className="choice-draft">
            <div className="field grow">
              <label htmlFor={`choice-${choice.key}`}>Choice {index + 1}</label>
              <input
                id={`choice-${choice.key}`}
                value={choice.choiceText}
                onChange={(event) => change(choice.key, { choiceText: event.target.value })}
              />
            </div>
            <div className="field grow">
              <label htmlFor={`why-${choice.key}`}>Explanation</label>
              <input
                id={`why-${choice.key}`}
                value={choice.explanation}
                onChange={(event) => change(choice.key, { explanation: event.target.value })}
              />
            </div>
            <label className="check">
              <input
                type={isSingle ? 'radio' : 'checkbox'}
                name="good"
                checked={choice.isGood}
                onChange={(event) => mark(choice.key, event.target.checked)}
              />
              Right
            </label>
            <button
              type="button"
              className="button-quiet"
              onClick={() => onChange(choices.filter(({ key }) => key !== choice.key))}
              aria-label={`Remove choice ${index + 1}`}
            >
              ×
            </button>
          </li>
        ))}
      </ol>
      <button type="button" onClick={add}>
        Add a choice
      </button>
    </fieldset>
  );
}
