/** Helpdesk around every screen: the places somebody may go to, and who one is. */
import { AccountMenu } from '@banyan/web/account-menu';
import { apiUrlOfPage } from '@banyan/web/api-url';
import { Frame } from '@banyan/web/frame';
import { NavigationLink } from '@banyan/web/link';
import { ThemeChoice } from '@banyan/web/theme-choice';
import type { ReactNode } from 'react';
import { RoleTag } from '../people/role-tag.tsx';
import type { SignedInUser } from '../session/claims.ts';
import { signOut, useSession } from '../session/session.ts';
import { theme } from './theme.ts';

const ofStrangers = [
  ['/login', 'Login'],
  ['/signup', 'Sign Up'],
] as const;
const ofEverybody = [
  ['/tickets', 'My Tickets'],
  ['/inbox', 'My Inbox'],
] as const;
const ofAdministrators = [
  ['/dashboard', 'Dashboard'],
  ['/admin/users', 'Manage Users'],
] as const;

export function PageFrame({ children }: { readonly children: ReactNode }) {
  const { user } = useSession();
  const places = user === undefined ? ofStrangers : user.role === 'ADMIN' ? [...ofEverybody, ...ofAdministrators] : ofEverybody;
  return (
    <Frame
      product="Helpdesk"
      mark="/mark.svg"
      places={places}
      account={user === undefined ? <ThemeChoice theme={theme} /> : <Account user={user} />}
      foot={
        <p>
          Helpdesk · <a href={`${apiUrlOfPage()}/api/docs`}>API documentation</a>
        </p>
      }
    >
      {children}
    </Frame>
  );
}

function Account({ user }: { readonly user: SignedInUser }) {
  return (
    <AccountMenu name={user.email}>
      <p className="menu-who">
        {user.email} <RoleTag role={user.role} />
      </p>
      <NavigationLink className="menu-item" href="/change-password">
        Change Password
      </NavigationLink>
      <ThemeChoice theme={theme} />
      <button type="button" className="menu-item" onClick={signOut}>
        Logout
      </button>
    </AccountMenu>
  );
}
