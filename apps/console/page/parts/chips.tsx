/** Links that narrow a list; the one that holds now is marked. */

export interface Chip {
  readonly text: string;
  readonly link: string;
  readonly isHere: boolean;
}

export function Chips({ label, chips }: { readonly label: string; readonly chips: readonly Chip[] }) {
  return (
    <ul className="chips" aria-label={label}>
      {chips.map(({ text, link, isHere }) => (
        <li key={link}>
          <a href={link} className="number" aria-current={isHere ? 'true' : undefined}>
            {text}
          </a>
        </li>
      ))}
    </ul>
  );
}
