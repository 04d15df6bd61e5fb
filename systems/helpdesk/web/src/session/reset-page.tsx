/** Setting a new password with the link from a mail. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { Link } from '@banyan/web/link';
import { goTo, useQuery } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { useAction } from '@banyan/web/use-action';
import type { FormEvent } from 'react';
import { api } from '../api/api.ts';
import { leaveMessage } from './message.ts';
import { NewPasswordFields, useNewPassword } from './new-password.tsx';

export function ResetPage() {
  const token = useQuery().get('token') ?? '';
  const password = useNewPassword();
  const { isUnderWay, failure, start } = useAction();
  const reset = (event: FormEvent) => {
    event.preventDefault();
    const newPassword = password.take();
    if (newPassword === undefined) return;
    void start(async () => {
      const { message } = await api.ask('POST /auth/reset-password', { body: { token, newPassword } });
      leaveMessage(`${message}. You can log in with the new password.`);
      goTo('/login');
    });
  };
  return (
    <Page title="Reset password">
      <form className="card narrow stack" onSubmit={reset}>
        {token === '' && (
          <p className="note note-bad" role="alert">
            Invalid reset link
          </p>
        )}
        <NewPasswordFields password={password} />
        {failure !== undefined && <ActionFailureNote failure={failure} />}
        <button className="button-main" disabled={isUnderWay || token === ''}>
          {isUnderWay ? 'Setting it …' : 'Set the password'}
        </button>
        <p className="ways">
          <Link href="/forgot-password">Ask for another link</Link>
          <Link href="/login">Back to log-in</Link>
        </p>
      </form>
    </Page>
  );
}
