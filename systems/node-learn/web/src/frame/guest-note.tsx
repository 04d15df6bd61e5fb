/** Says what it means to play without an account. */
import { Link } from '@banyan/web/link';

export function GuestNote() {
  return (
    <p className="note">
      You are looking at the guest, whom all visitors share and who starts again every night. <Link href="/login">Sign in</Link> to keep
      what is yours.
    </p>
  );
}
