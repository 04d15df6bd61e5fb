/** Leads on at once, without a step for "back" to stop at. */
import { useEffect } from 'react';
import { goTo } from './location.ts';

export function Redirect({ to }: { readonly to: string }) {
  useEffect(() => goTo(to, 'replace'), [to]);
  return null;
}
