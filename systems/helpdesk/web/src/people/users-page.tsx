/** Everybody who has an account: their roles, and the way to end one. */
import { ActionFailureNote } from '@banyan/web/failure-note';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useAction } from '@banyan/web/use-action';
import { useLoaded } from '@banyan/web/use-loaded';
import { useEffect, useState } from 'react';
import { api } from '../api/api.ts';
import type { Account, Role } from '../api/routes.ts';
import type { SignedInUser } from '../session/claims.ts';
import { changeOwnRole } from '../session/session.ts';
import { UserRow } from './user-row.tsx';

const noteLastsMs = 3_000;

export function UsersPage({ user }: { readonly user: SignedInUser }) {
  const loaded = useLoaded('users', (options) => api.ask('GET /admin/users', options));
  const count = loaded.state === 'ready' ? `${loaded.value.length} ${loaded.value.length === 1 ? 'account' : 'accounts'}` : undefined;
  return (
    <Page title="Manage users" lead={count}>
      <Shown loaded={loaded} what="the accounts">
        {(accounts, { renew }) => <Accounts accounts={accounts} ownId={user.id} renew={renew} />}
      </Shown>
    </Page>
  );
}

interface Props {
  readonly accounts: readonly Account[];
  readonly ownId: string;
  readonly renew: () => Promise<void>;
}

function Accounts({ accounts, ownId, renew }: Props) {
  const { isUnderWay, failure, start } = useAction();
  const [done, say] = usePassingNote();
  const changeRole = ({ id, email }: Account, role: Role) =>
    void start(async () => {
      const changed = await api.ask('PATCH /admin/users/:id/role', { params: { id }, body: { role } });
      say(`${email} is ${changed.role === 'ADMIN' ? 'an admin' : 'an agent'} now.`);
      if (id === ownId) return changeOwnRole(changed.role);
      await renew();
    });
  const remove = async ({ id, email }: Account) => {
    await api.ask('DELETE /admin/users/:id', { params: { id } });
    say(`${email} has been deleted.`);
    await renew();
  };
  return (
    <>
      <div role="status">{done !== undefined && <p className="note note-good">{done}</p>}</div>
      {failure !== undefined && <ActionFailureNote failure={failure} />}
      <div className="card sheet">
        <table className="stacking">
          <thead>
            <tr>
              <th scope="col">E-mail</th>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col">Change role</th>
              <th scope="col">
                <span className="unseen">Delete</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {accounts.map((account) => (
              <UserRow
                key={account.id}
                account={account}
                isOneself={account.id === ownId}
                isUnderWay={isUnderWay}
                onRole={(role) => changeRole(account, role)}
                onDelete={() => remove(account)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Said for a few seconds. */
function usePassingNote(): [string | undefined, (text: string) => void] {
  const [note, setNote] = useState<{ readonly text: string }>();
  useEffect(() => {
    if (note === undefined) return undefined;
    const timer = setTimeout(() => setNote(undefined), noteLastsMs);
    return () => clearTimeout(timer);
  }, [note]);
  return [note?.text, (text) => setNote({ text })];
}
