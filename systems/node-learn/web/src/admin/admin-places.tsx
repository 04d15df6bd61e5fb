/** The two halves of administration. */
import { Link } from '@banyan/web/link';
import { usePath } from '@banyan/web/location';

export function AdminPlaces() {
  const path = usePath();
  return (
    <nav className="chips" aria-label="Administration">
      <Link href="/admin" aria-current={path === '/admin' ? 'page' : undefined}>
        Questions
      </Link>
      <Link href="/admin/users" aria-current={path === '/admin/users' ? 'page' : undefined}>
        People
      </Link>
    </nav>
  );
}
