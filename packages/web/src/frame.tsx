/** What is around every screen: the way to skip it, the way home, the ways elsewhere, and who one is. */
import type { ReactNode } from 'react';
import { Link, NavigationLink } from './link.tsx';
import { OfflineNote } from './offline-note.tsx';

interface Props {
  readonly product: string;
  /** Path of the product's mark. */
  readonly mark: string;
  readonly places: readonly (readonly [href: string, label: string])[];
  /** At the end of the head: who one is. */
  readonly account: ReactNode;
  readonly foot: ReactNode;
  readonly children: ReactNode;
}

export function Frame({ product, mark, places, account, foot, children }: Props) {
  return (
    <>
      <a className="skip" href="#content">
        To the content
      </a>
      <header className="top">
        <div className="top-inner">
          <Link className="brand" href="/" aria-label={`${product}, start`}>
            <img src={mark} alt="" width="28" height="28" />
            <span>{product}</span>
          </Link>
          <nav className="places" aria-label="Main">
            {places.map(([href, label]) => (
              <NavigationLink key={href} href={href}>
                {label}
              </NavigationLink>
            ))}
          </nav>
          {account}
        </div>
      </header>
      <OfflineNote />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer className="foot">{foot}</footer>
    </>
  );
}
