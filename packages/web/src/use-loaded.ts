/** Loads what a component shows, and says how that stands. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AskOptions } from './ask.ts';
import { type AskFailure, toAskFailure } from './failure.ts';

export type Loaded<Value> =
  | { readonly state: 'waiting'; readonly isHeld: boolean }
  | { readonly state: 'failed'; readonly failure: AskFailure; readonly again: () => void }
  | {
      readonly state: 'ready';
      readonly value: Value;
      readonly again: () => void;
      /** Loads it anew, and shows what there was until that has come. Throws what loading throws; then nothing changes. */
      readonly renew: () => Promise<void>;
    };

type Outcome<Value> = { readonly of: string } & ({ readonly isHeld: true } | { readonly failure: AskFailure } | { readonly value: Value });

/**
 * @param key what it depends on: another key loads anew, and nothing of the old one is shown meanwhile
 * @param load is given what ends it when nobody waits any more
 */
export function useLoaded<Value>(key: string, load: (options: AskOptions) => Promise<Value>): Loaded<Value> {
  const [round, setRound] = useState(0);
  const [outcome, setOutcome] = useState<Outcome<Value>>();
  const of = `${round} ${key}`;
  const latest = useRef({ load, leaving: new AbortController(), turn: 0 });
  latest.current.load = load;
  useEffect(() => {
    const leaving = new AbortController();
    latest.current.leaving = leaving;
    const settle = (change: { value: Value } | { failure: AskFailure } | { isHeld: true }) => {
      if (!leaving.signal.aborted) setOutcome({ of, ...change });
    };
    load({ signal: leaving.signal, onHeld: () => settle({ isHeld: true }) }).then(
      (value) => settle({ value }),
      (error: unknown) => settle({ failure: toAskFailure(error) }),
    );
    return () => leaving.abort();
    // What `load` uses is what `key` says.
  }, [of]);
  const again = useCallback(() => setRound((last) => last + 1), []);
  const renew = useCallback(async () => {
    const { signal } = latest.current.leaving;
    const turn = (latest.current.turn += 1);
    const value = await latest.current.load({ signal });
    // Who was asked later knows better.
    if (!signal.aborted && turn === latest.current.turn) setOutcome({ of, value });
  }, [of]);
  if (outcome === undefined || outcome.of !== of) return { state: 'waiting', isHeld: false };
  if ('value' in outcome) return { state: 'ready', value: outcome.value, again, renew };
  if ('failure' in outcome) return { state: 'failed', failure: outcome.failure, again };
  return { state: 'waiting', isHeld: true };
}
