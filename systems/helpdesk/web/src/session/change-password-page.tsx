/** Changing one's own password. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { Field } from '@banyan/web/field';
import { Page } from '@banyan/web/page';
import { useAction } from '@banyan/web/use-action';
import { type FormEvent, useState } from 'react';
import { api } from '../api/api.ts';
import { NewPasswordFields, useNewPassword } from './new-password.tsx';

export function ChangePasswordPage() {
  const [oldPassword, setOldPassword] = useState('');
  const [said, setSaid] = useState<string>();
  const password = useNewPassword();
  const { isUnderWay, failure, start } = useAction();
  const change = (event: FormEvent) => {
    event.preventDefault();
    const newPassword = password.take();
    setSaid(undefined);
    if (newPassword === undefined) return;
    void start(async () => {
      const { message } = await api.ask('POST /auth/change-password', { body: { oldPassword, newPassword } });
      setSaid(message);
      setOldPassword('');
      password.clear();
    });
  };
  return (
    <Page title="Change password">
      <form className="card narrow stack" onSubmit={change}>
        <Field
          label="Current password"
          type="password"
          autoComplete="current-password"
          required
          value={oldPassword}
          onValue={setOldPassword}
        />
        <NewPasswordFields password={password} />
        {said !== undefined && (
          <p className="note note-good" role="status">
            {said}
          </p>
        )}
        {failure !== undefined && <ActionFailureNote failure={failure} />}
        <button className="button-main" disabled={isUnderWay}>
          {isUnderWay ? 'Changing it …' : 'Change the password'}
        </button>
      </form>
    </Page>
  );
}
