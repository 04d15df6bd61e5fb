/** Node-Learn around every screen: its places, who one is, and new badges wherever one is. */
import { Frame } from '@banyan/web/frame';
import { Initials } from '@banyan/web/initials';
import { Link, NavigationLink } from '@banyan/web/link';
import { ThemeChoice } from '@banyan/web/theme-choice';
import type { ReactNode } from 'react';
import { AwardNotes } from '../badges/award-notes.tsx';
import { useSession } from '../session/session.ts';
import { theme } from './theme.ts';

const places = [
  ['/', 'Start'],
  ['/quiz', 'Quiz'],
  ['/questions', 'Questions'],
  ['/achievements', 'Badges'],
  ['/leaderboards', 'Boards'],
] as const;
const ofAdministrators = [['/admin', 'Admin']] as const;

export function PageFrame({ children }: { readonly children: ReactNode }) {
  const { user } = useSession();
  const account = (
    <NavigationLink className="account" href={user === undefined ? '/login' : '/stats'}>
      {user === undefined ? 'Sign in' : <Initials name={user.name} />}
    </NavigationLink>
  );
  const foot = (
    <>
      <p>
        Node-Learn · <Link href="/learn">a question at random</Link> · <Link href="/stats">results</Link> · <a href="/api/docs">API</a>
      </p>
      <ThemeChoice theme={theme} />
    </>
  );
  return (
    <>
      <Frame
        product="Node-Learn"
        mark="/mark.svg"
        places={user?.isAdmin === true ? [...places, ...ofAdministrators] : places}
        account={account}
        foot={foot}
      >
        {children}
      </Frame>
      <AwardNotes />
    </>
  );
}
