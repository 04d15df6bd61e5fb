/** Shows what was loaded, or says plainly that it is on its way or did not come. */
import type { ReactNode } from 'react';
import { FailureNote } from './failure-note.tsx';
import type { Loaded } from './use-loaded.ts';

type Ready<Value> = Extract<Loaded<Value>, { readonly state: 'ready' }>;

interface Props<Value> {
  readonly loaded: Loaded<Value>;
  /** For the sentence while waiting: "the questions". */
  readonly what: string;
  readonly children: (value: Value, loaded: Ready<Value>) => ReactNode;
}

export function Shown<Value>({ loaded, what, children }: Props<Value>) {
  if (loaded.state === 'ready') return children(loaded.value, loaded);
  if (loaded.state === 'failed') return <FailureNote failure={loaded.failure} what={what} again={loaded.again} />;
  return (
    <p className="waiting" role="status">
      {loaded.isHeld ? `One moment: ${what} are being moved right now, and come as soon as that is done.` : `Fetching ${what} …`}
    </p>
  );
}
