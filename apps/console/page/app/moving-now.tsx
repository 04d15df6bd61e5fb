/** One line on every view: the move under way, or the last thing that happened. */
import type { StateView } from '@banyan/controller/state-view';
import { Time } from '../parts/time.tsx';
import { positionText } from '../words/numbers.ts';

export function MovingNow({ state }: { readonly state: StateView }) {
  const { move, busyWith } = state;
  const last = state.events.at(-1);
  return (
    <p className="moving" aria-live="polite">
      {move !== undefined ? (
        <>
          <strong>
            {move.kind} {move.extraction}
          </strong>{' '}
          {positionText(move.from)} → {positionText(move.to)}, by {move.actor}
          {move.step === '' ? '' : `: ${move.step}`}
        </>
      ) : busyWith !== undefined ? (
        <strong>{busyWith}</strong>
      ) : last === undefined ? (
        'Nothing has moved yet.'
      ) : (
        <>
          <Time at={last.at} /> {last.extraction} {last.step}: {last.message}
        </>
      )}
    </p>
  );
}
