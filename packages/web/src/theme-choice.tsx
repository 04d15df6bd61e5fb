/** Lets people choose light or dark. */
import { useId, useSyncExternalStore } from 'react';
import type { Store } from './store.ts';
import type { Theme } from './theme.ts';

const labels: readonly (readonly [theme: Theme, label: string])[] = [
  ['light', 'Light'],
  ['dark', 'Dark'],
  ['system', 'System'],
];

export function ThemeChoice({ theme }: { readonly theme: Store<Theme> }) {
  const id = useId();
  const chosen = useSyncExternalStore(theme.subscribe, theme.get);
  return (
    <span className="theme">
      <label htmlFor={id}>Theme</label>
      <select id={id} value={chosen} onChange={(event) => theme.set(event.target.value as Theme)}>
        {labels.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}
