/** Gates: the conditions of the next step, each with its numbers and what it was judged by. */
import type { Gate } from '@banyan/migration/gate-facts';
import { Json } from '../parts/json.tsx';
import { countOf, countText } from '../words/numbers.ts';

const words: Readonly<Record<Gate['status'], { readonly mark: string; readonly word: string }>> = {
  pass: { mark: '✓', word: 'holds' },
  wait: { mark: '…', word: 'waits' },
  fail: { mark: '✕', word: 'fails' },
};

/** A summary that fits on a card: how many hold, wait and fail. */
export function GateMarks({ gates }: { readonly gates: readonly Gate[] }) {
  const statuses = (['fail', 'wait', 'pass'] as const).filter((status) => gates.some((gate) => gate.status === status));
  return (
    <span className="gate-marks">
      {statuses.map((status) => {
        const count = gates.filter((gate) => gate.status === status).length;
        return (
          <span key={status} className={`gate ${status}`}>
            {words[status].mark} {count} {words[status].word}
          </span>
        );
      })}
    </span>
  );
}

export function GateList({ gates }: { readonly gates: readonly Gate[] }) {
  return (
    <ul className="gates">
      {gates.map((gate) => (
        <li key={gate.name} className={`gate ${gate.status}`}>
          <span className="gate-mark" aria-hidden="true">
            {words[gate.status].mark}
          </span>
          <div>
            <strong>{gate.name}</strong> <span className="gate-word">{words[gate.status].word}</span>
            {gate.isHard ? <span className="quiet"> (cannot be forced)</span> : null}
            <p>{gate.message}</p>
            <Numbers numbers={gate.numbers} />
            {gate.samples.length === 0 ? null : <Json summary={countOf(gate.samples.length, 'sample')} value={gate.samples} />}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Numbers({ numbers }: Pick<Gate, 'numbers'>) {
  const entries = Object.entries(numbers);
  if (entries.length === 0) return null;
  return (
    <dl className="numbers">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{wordsOf(name)}</dt>
          <dd>{typeof value === 'number' ? countText(value) : value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** `maxAgeS` is written `max age (s)`. */
function wordsOf(name: string): string {
  const [, stem = name, unit] = /^(.*?)(Ms|S|Bytes|Percent)?$/.exec(name) ?? [];
  const plain = stem.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  const units: Readonly<Record<string, string>> = { Ms: 'ms', S: 's', Bytes: 'bytes', Percent: '%' };
  return unit === undefined ? plain : `${plain} (${units[unit]})`;
}
