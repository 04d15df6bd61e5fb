/** Everybody who has ever signed in, the newest first. */
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import { counted, dayOf } from '../frame/labels.ts';
import { AdminPlaces } from './admin-places.tsx';

export function UsersPage() {
  const loaded = useLoaded('users', (options) => api.ask('admin.users', options));
  return (
    <Page title="People" lead={loaded.state === 'ready' ? counted(loaded.value.length, 'account') : undefined}>
      <AdminPlaces />
      <Shown loaded={loaded} what="the accounts">
        {(users) => (
          <div className="card people">
            <table>
              <thead>
                <tr>
                  <th scope="col" className="wide-only">
                    Number
                  </th>
                  <th scope="col">Name</th>
                  <th scope="col">E-mail</th>
                  <th scope="col" className="wide-only">
                    Since
                  </th>
                </tr>
              </thead>
              <tbody>
                {users.map(({ id, name, email, isAdmin, createdAt }) => (
                  <tr key={id}>
                    <td className="wide-only">{id}</td>
                    <th scope="row">
                      {name} {isAdmin === true && <span className="tag">administrator</span>}
                    </th>
                    <td>{email}</td>
                    <td className="wide-only">{createdAt === null ? '' : dayOf(createdAt)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </Page>
  );
}
