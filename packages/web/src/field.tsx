/** A labelled field of a form, with what there is to know about it. */
import { type InputHTMLAttributes, type TextareaHTMLAttributes, useId } from 'react';

interface OwnProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

type Without<Attributes> = Omit<Attributes, keyof OwnProps | 'id' | 'onChange'>;

export function Field({ label, hint, onValue, ...rest }: OwnProps & Without<InputHTMLAttributes<HTMLInputElement>>) {
  const id = useId();
  const described = hint === undefined ? {} : { 'aria-describedby': `${id}hint` };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} onChange={(event) => onValue(event.target.value)} {...described} {...rest} />
      <Hint id={id} text={hint} />
    </div>
  );
}

export function LongField({ label, hint, onValue, ...rest }: OwnProps & Without<TextareaHTMLAttributes<HTMLTextAreaElement>>) {
  const id = useId();
  const described = hint === undefined ? {} : { 'aria-describedby': `${id}hint` };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} onChange={(event) => onValue(event.target.value)} {...described} {...rest} />
      <Hint id={id} text={hint} />
    </div>
  );
}

function Hint({ id, text }: { readonly id: string; readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <span className="hint" id={`${id}hint`}>
      {text}
    </span>
  );
}
