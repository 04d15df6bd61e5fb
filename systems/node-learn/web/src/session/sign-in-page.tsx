/** Leads to Google and says what signing in is good for. */
import { Link } from '@banyan/web/link';
import { useQuery } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { routes } from '../api/routes.ts';
import { useSession } from './session.ts';

const startPath = routes['auth.start-sign-in'].slice('GET '.length);

export function SignInPage() {
  const { user, hasRunOut } = useSession();
  const hasFailed = useQuery().has('failed');
  if (user !== undefined)
    return (
      <Page title="You are signed in" lead={`As ${user.name}.`}>
        <Link className="button button-main" href="/">
          Go on
        </Link>
      </Page>
    );
  return (
    <Page title="Sign in" lead="With your Google account; Node-Learn never sees a password.">
      {hasRunOut && <p className="note note-warn">Your last sign-in has run out. Nothing is lost: sign in again.</p>}
      {hasFailed && (
        <p className="note note-bad" role="alert">
          That sign-in brought no usable token. Please try once more.
        </p>
      )}
      <section className="card narrow">
        <ul className="reasons">
          <li>Your results and badges are yours, and stay.</li>
          <li>Your runs stand on the boards.</li>
          <li>What you missed waits for you to repeat it.</li>
        </ul>
        <div className="actions">
          <a className="button button-main" href={startPath}>
            Sign in with Google
          </a>
          <Link className="button" href="/quiz">
            Play as a guest
          </Link>
        </div>
      </section>
    </Page>
  );
}
