/** A list of which the first part is shown, and more when somebody wants it: there is no end to tickets. */
import { type ReactNode, useState } from 'react';

const atOnce = 30;

interface Props<Item> {
  readonly items: readonly Item[];
  readonly children: (item: Item) => ReactNode;
}

export function LongList<Item>({ items, children }: Props<Item>) {
  const [shown, setShown] = useState(atOnce);
  const left = items.length - shown;
  return (
    <>
      <div className="stack">{items.slice(0, shown).map(children)}</div>
      {left > 0 && (
        <button type="button" onClick={() => setShown(shown + atOnce)}>
          Show {Math.min(atOnce, left)} more of {left.toLocaleString()}
        </button>
      )}
    </>
  );
}
