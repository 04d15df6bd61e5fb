/** Facts about one thing, by name. */
import type { ReactNode } from 'react';

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children, isBad = false }: { readonly name: string; readonly children: ReactNode; readonly isBad?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={isBad ? 'number bad' : 'number'}>{children}</dd>
    </div>
  );
}
