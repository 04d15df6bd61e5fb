/** Where the page is: path and query, kept in the browser's history. */
import { useSyncExternalStore } from 'react';

const moved = 'page:moved';

function subscribe(listener: () => void): () => void {
  for (const event of ['popstate', moved]) window.addEventListener(event, listener);
  return () => {
    for (const event of ['popstate', moved]) window.removeEventListener(event, listener);
  };
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

export function useQuery(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(subscribe, () => location.search));
}

/** @param how `replace` for a change that "back" should not undo step by step, such as a filter */
export function goTo(address: string, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', address);
  if (how === 'push') window.scrollTo(0, 0);
  window.dispatchEvent(new Event(moved));
}

/** Changes some parameters of the present address; empty ones are left out. */
export function changeQuery(changes: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  goTo(text === '' ? location.pathname : `${location.pathname}?${text}`, 'replace');
}
