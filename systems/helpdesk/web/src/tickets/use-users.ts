/** Everybody to whom a ticket may be given, for those who may give it. */
import { type Loaded, useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import type { Account } from '../api/routes.ts';
import type { SignedInUser } from '../session/claims.ts';

/** Nobody else asks for them. */
export function useUsers({ role }: SignedInUser): Loaded<readonly Account[] | undefined> {
  return useLoaded(role, async (options) => (role === 'ADMIN' ? api.ask('GET /admin/users', options) : undefined));
}
