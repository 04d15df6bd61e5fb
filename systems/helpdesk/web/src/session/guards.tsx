/** Who may see a screen; the server decides again at every request. */
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { Redirect } from '@banyan/web/redirect';
import type { ReactNode } from 'react';
import type { SignedInUser } from './claims.ts';
import { homeOf, useSession } from './session.ts';

interface Props {
  readonly children: (user: SignedInUser) => ReactNode;
}

export function ForSignedIn({ children }: Props) {
  const { user } = useSession();
  return user === undefined ? <Redirect to="/login" /> : children(user);
}

export function ForAdministrators({ children }: Props) {
  return (
    <ForSignedIn>
      {(user) =>
        user.role === 'ADMIN' ? (
          children(user)
        ) : (
          <Page title="For administrators" lead={`You are logged in as ${user.email}, who is not one of them.`}>
            <Link className="button button-main" href="/tickets">
              To my tickets
            </Link>
          </Page>
        )
      }
    </ForSignedIn>
  );
}

/** The log-in has nothing for somebody who is in. */
export function ForStrangers({ children }: { readonly children: ReactNode }) {
  const { user } = useSession();
  return user === undefined ? children : <Redirect to={homeOf(user)} />;
}

export function Home() {
  const { user } = useSession();
  return <Redirect to={user === undefined ? '/login' : homeOf(user)} />;
}
