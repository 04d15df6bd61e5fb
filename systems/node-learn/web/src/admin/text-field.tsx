/** A longer text of a question, with what it will look like. */
import { useId } from 'react';
import { RichText } from '../text/rich-text.tsx';

interface Props {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly rows: number;
  readonly isRequired?: boolean;
  readonly hasPreview?: boolean;
  readonly onChange: (value: string) => void;
}

export function TextField({ label, hint, value, rows, isRequired = false, hasPreview = false, onChange }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span className="hint" id={`${id}hint`}>
        {hint}
      </span>
      <textarea
        id={id}
        aria-describedby={`${id}hint`}
        rows={rows}
        value={value}
        required={isRequired}
        onChange={(event) => onChange(event.target.value)}
      />
      {hasPreview && value.trim() !== '' && (
        <details>
          <summary>Preview of {label.toLowerCase()}</summary>
          <RichText html={value} />
        </details>
      )}
    </div>
  );
}
