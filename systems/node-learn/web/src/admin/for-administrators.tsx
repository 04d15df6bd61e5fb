/** Lets administrators in and tells everybody else kindly why not; the server decides again at every write. */
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import type { ReactNode } from 'react';
import { useSession } from '../session/session.ts';

export function ForAdministrators({ children }: { readonly children: () => ReactNode }) {
  const { user } = useSession();
  if (user?.isAdmin === true) return children();
  const sentence =
    user === undefined
      ? 'Sign in as one of them to edit the question bank.'
      : `You are signed in as ${user.name}, who is not one of them. If you should be, ask them; it holds from your next sign-in on.`;
  return (
    <Page title="For administrators" lead={sentence}>
      <div className="actions">
        {user === undefined && (
          <Link className="button button-main" href="/login">
            Sign in
          </Link>
        )}
        <Link className="button" href="/">
          To the start
        </Link>
      </div>
    </Page>
  );
}
