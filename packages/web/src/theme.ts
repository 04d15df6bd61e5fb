/** Light, dark, or as the system has it: kept in this browser, the same in all its tabs. */
import { createStore, type Store } from './store.ts';

const themes = ['light', 'dark', 'system'] as const;

export type Theme = (typeof themes)[number];

export interface ThemeParts {
  /** Key in localStorage. */
  readonly storedAs: string;
  readonly byDefault: Theme;
}

/** To be called before anything is shown; from then on what is set holds at once. */
export function createTheme({ storedAs, byDefault }: ThemeParts): Store<Theme> {
  const toTheme = (text: string | null): Theme => themes.find((theme) => theme === text) ?? byDefault;
  const { get, set, subscribe } = createStore(toTheme(localStorage.getItem(storedAs)));
  const show = () => (document.documentElement.dataset['theme'] = get());
  subscribe(show);
  show();
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key === storedAs) set(toTheme(newValue));
  });
  return {
    get,
    subscribe,
    set: (theme) => {
      localStorage.setItem(storedAs, theme);
      set(theme);
    },
  };
}
