// What the security scenarios know of Helpdesk: its contracts, two agents and an administrator of the data set.
import type { AcceptanceTarget } from '@banyan/proof';
import type { KnownPeople } from '@banyan/proof/callers';
import type { SecuredSystem } from '@banyan/proof/security-scenarios';
import { endpointsByService, internalEndpointsByService } from '@helpdesk/contracts';

export const helpdesk: SecuredSystem = {
  endpointsByService,
  internalEndpointsByService,
  people,
  tables: ['users', 'tickets'],
};

async function people({ control }: AcceptanceTarget): Promise<KnownPeople> {
  const ids = async (role: string) => {
    const text = 'select id from users where role::text = $1 order by "createdAt", id limit 2';
    return (await control.sql<{ id: string }>('users', text, [role])).map(({ id }) => id);
  };
  const [[user = '', otherUser = ''], [admin = '']] = await Promise.all([ids('AGENT'), ids('ADMIN')]);
  // Which role somebody has says their row, whatever a token does.
  return { user, otherUser, admin, claimsOf, pretending: (id) => claimsOf(id, true) };
}

function claimsOf(sub: number | string, isAdmin: boolean) {
  return { sub, email: `${sub}@example.test`, role: isAdmin ? 'ADMIN' : 'AGENT' };
}
