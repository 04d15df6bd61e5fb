/** What lists have in common: a word when there is nothing, a limit that is said, and newer entries only when the reader wants them. */
import type { ReactNode } from 'react';
import type { Answer } from '../reading/answer.ts';

/** Explains an empty view: what would be here, and what brings it. */
export function Nothing({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="nothing">
      <strong>{title}</strong>
      <p>{children}</p>
    </div>
  );
}

export function NewerButton({ answer }: { readonly answer: Pick<Answer<unknown>, 'hasNewer' | 'showNewer'> }) {
  return (
    <button type="button" className="newer" disabled={!answer.hasNewer} onClick={answer.showNewer}>
      {answer.hasNewer ? 'Show what is new' : 'Up to date'}
    </button>
  );
}

/** Says that a list was cut, when it was. */
export function Cut({ shown, limit, what }: { readonly shown: number; readonly limit: number; readonly what: string }) {
  return shown < limit ? null : <p className="quiet">{`The newest ${limit} ${what} are shown; there may be more.`}</p>;
}
