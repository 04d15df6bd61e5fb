/** Logging in. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { Field } from '@banyan/web/field';
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { useAction } from '@banyan/web/use-action';
import { type FormEvent, useEffect, useState } from 'react';
import { api } from '../api/api.ts';
import { forgetMessage, useMessage } from './message.ts';
import { signIn } from './session.ts';

export function LoginPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { isUnderWay, failure, start } = useAction();
  const message = useMessage();
  // It is for this visit of the page.
  useEffect(() => forgetMessage, []);
  const logIn = (event: FormEvent) => {
    event.preventDefault();
    void start(async () => {
      const { token, user } = await api.ask('POST /auth/login', { body: { email, password } });
      signIn(token, user.role);
    });
  };
  return (
    <Page title="Log in" lead="Welcome back.">
      {message !== undefined && (
        <p className="note narrow" role="status">
          {message}
        </p>
      )}
      <form className="card narrow stack" onSubmit={logIn}>
        <Field label="E-mail" type="email" autoComplete="username" required value={email} onValue={setEmail} />
        <Field label="Password" type="password" autoComplete="current-password" required value={password} onValue={setPassword} />
        {failure !== undefined && <ActionFailureNote failure={failure} />}
        <button className="button-main" disabled={isUnderWay}>
          {isUnderWay ? 'Logging in …' : 'Log in'}
        </button>
        <p className="ways">
          <Link href="/forgot-password">Forgot your password?</Link>
          <Link href="/signup">Sign up</Link>
        </p>
      </form>
    </Page>
  );
}
