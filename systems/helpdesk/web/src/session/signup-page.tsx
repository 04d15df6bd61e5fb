/** Signing up; what comes back is not kept: one logs in with what one has just chosen. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { Field } from '@banyan/web/field';
import { Link } from '@banyan/web/link';
import { goTo } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { useAction } from '@banyan/web/use-action';
import { type FormEvent, useEffect, useState } from 'react';
import { api } from '../api/api.ts';
import { leaveMessage } from './message.ts';

const noteLastsMs = 1_500;
const isDone = 'Your account has been created. You can log in now.';

export function SignupPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [firstName, setFirstName] = useState('');
  const [lastName, setLastName] = useState('');
  const [hasAccount, setHasAccount] = useState(false);
  const { isUnderWay, failure, start } = useAction();
  useEffect(() => {
    if (!hasAccount) return undefined;
    const timer = setTimeout(() => {
      leaveMessage(isDone);
      goTo('/login');
    }, noteLastsMs);
    return () => clearTimeout(timer);
  }, [hasAccount]);
  const signUp = (event: FormEvent) => {
    event.preventDefault();
    void start(async () => {
      await api.ask('POST /auth/signup', { body: { email, password, firstName, lastName } });
      setHasAccount(true);
    });
  };
  return (
    <Page title="Sign up" lead="An account to open tickets with.">
      {hasAccount ? (
        <p className="note note-good narrow" role="status">
          {isDone}
        </p>
      ) : (
        <form className="card narrow stack" onSubmit={signUp}>
          <Field label="E-mail" type="email" autoComplete="username" required value={email} onValue={setEmail} />
          <Field
            label="Password"
            type="password"
            autoComplete="new-password"
            hint="At least 6 characters."
            required
            minLength={6}
            value={password}
            onValue={setPassword}
          />
          <div className="pair">
            <Field label="First name (optional)" autoComplete="given-name" value={firstName} onValue={setFirstName} />
            <Field label="Last name (optional)" autoComplete="family-name" value={lastName} onValue={setLastName} />
          </div>
          {failure !== undefined && <ActionFailureNote failure={failure} />}
          <button className="button-main" disabled={isUnderWay}>
            {isUnderWay ? 'Signing up …' : 'Sign up'}
          </button>
          <p className="ways">
            <span>
              You have an account? <Link href="/login">Log in</Link>
            </span>
          </p>
        </form>
      )}
    </Page>
  );
}
