/** Where the reader is: the part of the address behind `#/`, so that every view has a link and the browser's back works. */
import { useSyncExternalStore } from 'react';

/** `#/sagas/5f…` gives `['sagas', '5f…']`; no part is empty. */
function routeOf(hash: string): readonly string[] {
  return hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
}

export function linkTo(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

export function useRoute(): readonly string[] {
  return routeOf(useSyncExternalStore(watchHash, () => location.hash));
}

function watchHash(watcher: () => void): () => void {
  addEventListener('hashchange', watcher);
  return () => removeEventListener('hashchange', watcher);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
