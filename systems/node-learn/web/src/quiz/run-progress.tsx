/** How far a run is, and how it goes. */
import type { Run } from './run.ts';

export function RunProgress({ run }: { readonly run: Run }) {
  const { questions, outcomes, correct, total, streak } = run;
  return (
    <div className="run-progress">
      <ol className="steps" aria-hidden="true">
        {questions.map(({ id }, index) => (
          <li key={id} className={`step step-${outcomes[index] ?? (index === run.position ? 'here' : 'open')}`} />
        ))}
      </ol>
      <p className="counters">
        <span>
          <strong>{correct}</strong> of {total} right
        </span>
        <span>
          Streak <strong>{streak}</strong>
        </span>
      </p>
    </div>
  );
}
