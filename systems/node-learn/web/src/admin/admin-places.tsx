/** The two halves of administration. */
import { Link } from '../navigation/link.tsx';
import { usePath } from '../navigation/location.ts';

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
