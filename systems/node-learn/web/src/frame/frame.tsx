/** What is around every screen: the way to skip it, the way home, the ways elsewhere, and who one is. */
import type { ReactNode } from 'react';
import { AwardNotes } from '../badges/award-notes.tsx';
import { Link, NavigationLink } from '../navigation/link.tsx';
import { useSession } from '../session/session.ts';

const places = [
  ['/', 'Start'],
  ['/quiz', 'Quiz'],
  ['/questions', 'Questions'],
  ['/achievements', 'Badges'],
  ['/leaderboards', 'Boards'],
] as const;

export function Frame({ children }: { readonly children: ReactNode }) {
  const { user } = useSession();
  return (
    <>
      <a className="skip" href="#content">
        To the content
      </a>
      <header className="top">
        <div className="top-inner">
          <Link className="brand" href="/" aria-label="Node-Learn, start">
            <img src="/mark.svg" alt="" width="28" height="28" />
            <span>Node-Learn</span>
          </Link>
          <nav className="places" aria-label="Main">
            {places.map(([href, label]) => (
              <NavigationLink key={href} href={href}>
                {label}
              </NavigationLink>
            ))}
            {user?.isAdmin === true && <NavigationLink href="/admin">Admin</NavigationLink>}
          </nav>
          <NavigationLink className="account" href={user === undefined ? '/login' : '/stats'}>
            {user === undefined ? 'Sign in' : <Initials name={user.name} />}
          </NavigationLink>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer className="foot">
        <p>
          Node-Learn · <Link href="/learn">a question at random</Link> · <Link href="/stats">results</Link> · <a href="/api/docs">API</a>
        </p>
      </footer>
      <AwardNotes />
    </>
  );
}

function Initials({ name }: { readonly name: string }) {
  const letters = name.split(/\s+/).map((word) => word.charAt(0));
  return (
    <>
      <span className="initials" aria-hidden="true">
        {letters.at(0)}
        {letters.length > 1 && letters.at(-1)}
      </span>
      <span className="account-name">{name}</span>
    </>
  );
}
