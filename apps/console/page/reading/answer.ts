/** Answers of the controller that are asked for: the newest is known, but what is being read stays until the reader wants the newer. */
import { useCallback, useEffect, useState } from 'react';

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

export interface Answer<Value> {
  /** What is being read. */
  readonly shown?: Value;
  /** The newest; for numbers that may change in place. */
  readonly latest?: Value;
  /** The newest question could not be answered; what was known stays. */
  readonly refusal?: Refusal;
  /** `latest` is not what is shown. */
  readonly hasNewer: boolean;
  readonly showNewer: () => void;
}

const everyMs = 4_000;

/** One answer, with its text to tell it from the next one. */
interface Told<Value> {
  readonly text: string;
  readonly value: Value;
}

interface Known<Value> {
  readonly path: string | undefined;
  readonly shown?: Told<Value>;
  readonly latest?: Told<Value>;
  readonly refusal?: Refusal;
}

type Asked<Value> = Told<Value> | { readonly refusal: Refusal };

/** Asks the controller for `path` now and then; undefined asks nothing. While there is `nothing` to read, what comes is shown at once. */
export function useAnswer<Value>(path: string | undefined, nothing: (value: Value) => boolean = isNeverNothing): Answer<Value> {
  const [known, setKnown] = useState<Known<Value>>({ path });
  useEffect(() => {
    if (path === undefined) return undefined;
    const stop = new AbortController();
    const look = async (): Promise<void> => {
      // Behind another tab nobody reads it.
      const asked = document.hidden ? undefined : await ask<Value>(path, stop.signal);
      if (stop.signal.aborted) return;
      if (asked !== undefined) setKnown((before) => learn(before.path === path ? before : { path }, asked, nothing));
      timer = setTimeout(() => void look(), everyMs);
    };
    let timer = setTimeout(() => void look(), 0);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, nothing]);
  const showNewer = useCallback(
    () => setKnown((before) => (before.latest === undefined ? before : { ...before, shown: before.latest })),
    [],
  );
  const { shown, latest, refusal }: Known<Value> = known.path === path ? known : { path };
  return {
    ...(shown === undefined ? {} : { shown: shown.value }),
    ...(latest === undefined ? {} : { latest: latest.value }),
    ...(refusal === undefined ? {} : { refusal }),
    hasNewer: latest?.text !== shown?.text,
    showNewer,
  };
}

function isNeverNothing(): boolean {
  return false;
}

function learn<Value>(before: Known<Value>, asked: Asked<Value>, nothing: (value: Value) => boolean): Known<Value> {
  if ('refusal' in asked) return { ...before, refusal: asked.refusal };
  const { path, shown, latest } = before;
  const told = asked.text === latest?.text ? latest : asked;
  return { path, latest: told, shown: shown === undefined || nothing(shown.value) ? told : shown };
}

async function ask<Value>(path: string, signal: AbortSignal): Promise<Asked<Value>> {
  try {
    const answer = await fetch(`/console${path}`, { signal });
    const text = await answer.text();
    if (answer.ok) return { text, value: JSON.parse(text) as Value };
    return { refusal: (JSON.parse(text) as { readonly error: Refusal }).error };
  } catch (error) {
    return {
      refusal: { code: 'PAGE_NO_ANSWER', message: `No answer came: ${(error as Error).message}.`, fix: 'The page asks again by itself.' },
    };
  }
}
