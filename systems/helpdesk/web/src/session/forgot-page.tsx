/** Asking for a link that sets a new password. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { Field } from '@banyan/web/field';
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { useAction } from '@banyan/web/use-action';
import { type FormEvent, useState } from 'react';
import { api } from '../api/api.ts';

export function ForgotPage() {
  const [email, setEmail] = useState('');
  const [said, setSaid] = useState<string>();
  const { isUnderWay, failure, start } = useAction();
  const ask = (event: FormEvent) => {
    event.preventDefault();
    setSaid(undefined);
    void start(async () => setSaid((await api.ask('POST /auth/forgot-password', { body: { email } })).message));
  };
  return (
    <Page title="Forgot password" lead="A link to set a new one comes by e-mail; it is good for an hour.">
      <form className="card narrow stack" onSubmit={ask}>
        <Field label="E-mail" type="email" autoComplete="username" required value={email} onValue={setEmail} />
        {said !== undefined && (
          <p className="note note-good" role="status">
            {said}
          </p>
        )}
        {failure !== undefined && <ActionFailureNote failure={failure} />}
        <button className="button-main" disabled={isUnderWay}>
          {isUnderWay ? 'Sending …' : 'Send the link'}
        </button>
        <p className="ways">
          <Link href="/login">Back to log-in</Link>
        </p>
      </form>
    </Page>
  );
}
