/** What somebody may do, at a glance. */
import type { Role } from '../api/routes.ts';

const labels: Readonly<Record<Role, string>> = { AGENT: 'Agent', ADMIN: 'Admin' };

export function RoleTag({ role }: { readonly role: Role }) {
  return <span className={role === 'ADMIN' ? 'tag tag-accent' : 'tag'}>{labels[role]}</span>;
}
