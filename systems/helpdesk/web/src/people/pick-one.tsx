/** A choice that is made by a button, not by passing an entry with the arrow keys: others are told of each of these changes. */
import { type ReactNode, useEffect, useId, useState } from 'react';

interface Props {
  readonly label: ReactNode;
  /** What holds now. */
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  /** On the button: "Assign". */
  readonly action: string;
  /** What it is about, for who cannot see what it stands beside; follows the action. */
  readonly about?: string;
  readonly isDisabled: boolean;
  readonly onPick: (value: string) => void;
}

export function PickOne({ label, value, options, action, about, isDisabled, onPick }: Props) {
  const id = useId();
  const [chosen, setChosen] = useState(value);
  useEffect(() => setChosen(value), [value]);
  return (
    <div className="pick">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={chosen} onChange={(event) => setChosen(event.target.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      {chosen !== value && (
        <button type="button" className="button-main" disabled={isDisabled} onClick={() => onPick(chosen)}>
          {action}
          {about !== undefined && <span className="unseen"> {about}</span>}
        </button>
      )}
    </div>
  );
}
