/** One clock for all ages on the page: it moves once a second while somebody reads it. */
import { useSyncExternalStore } from 'react';

const watchers = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of watchers) each();
  }, 1_000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since 1970, exact to a second. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => nowMs);
}
