/** Which screen belongs to which path. */
import type { ReactNode } from 'react';
import { matchPath } from './match-path.ts';

/** A pattern such as `/tickets/:id`, and what to show there; the first that fits counts. */
export type Screens = readonly (readonly [pattern: string, screen: (params: Readonly<Record<string, string>>) => ReactNode])[];

/** Undefined: no screen is at this path. */
export function screenAt(screens: Screens, path: string): ReactNode {
  for (const [pattern, screen] of screens) {
    const params = matchPath(pattern, path);
    if (params !== undefined) return screen(params);
  }
  return undefined;
}
