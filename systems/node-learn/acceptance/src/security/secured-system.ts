// What the security scenarios know of Node-Learn: its contracts, two learners and an administrator of the data set.
import { type AcceptanceTarget, checkEqual } from '@banyan/proof';
import type { KnownPeople } from '@banyan/proof/callers';
import type { SecuredSystem } from '@banyan/proof/security-scenarios';
import { endpointsByService, internalEndpointsByService } from '@node-learn/contracts';

/** Every visitor without a token acts as this user. */
const guestId = 1;

const example = {
  questionType: 'text_input',
  practical: false,
  question: '<p>Matrix</p>',
  difficulty: 'easy',
  topic: 'Example',
  isActive: false,
};

export const nodeLearn: SecuredSystem = {
  endpointsByService,
  internalEndpointsByService,
  people,
  guestId,
  tables: ['users', 'questions', 'quiz_modes'],
  fresh: ({ client }, { admin: token }) => {
    const question = async () => {
      const made = await client.post('/api/admin/questions', example, { token });
      checkEqual(made.status, 201, `a question to remove: ${made.text}`);
      return { id: String((made.json() as { id: number }).id) };
    };
    return { 'admin.delete-question': question, 'admin.update-question': question };
  },
  clear: async ({ client }, { admin: token }) => {
    const bank = (await client.get('/api/admin/questions', { token })).json() as { id: number; topic: string }[];
    for (const { id } of bank.filter(({ topic }) => topic === example.topic))
      await client.request('DELETE', `/api/admin/questions/${id}`, { token });
  },
};

async function people({ control }: AcceptanceTarget): Promise<KnownPeople> {
  const ids = async (isAdmin: boolean) => {
    const found = await control.sql<{ id: number }>('users', 'select id from users where is_admin = $1 and id > $2 order by id limit 2', [
      isAdmin,
      guestId,
    ]);
    return found.map(({ id }) => id);
  };
  const [[user = 0, otherUser = 0], [admin = 0]] = await Promise.all([ids(false), ids(true)]);
  return { user, otherUser, admin, claimsOf, pretending: (id) => ({ ...claimsOf(id, false), isAdmin: 'true' }) };
}

function claimsOf(sub: number | string, isAdmin: boolean) {
  return { sub, email: `user-${sub}@example.test`, name: `User ${sub}`, isAdmin };
}
