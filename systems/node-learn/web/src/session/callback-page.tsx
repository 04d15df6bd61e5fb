/** Where a sign-in ends: takes the token out of the address, so that it stays in nobody's history. */
import { goTo } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { useEffect } from 'react';
import { signIn } from './session.ts';

export function CallbackPage() {
  useEffect(() => {
    const token = new URLSearchParams(location.search).get('token') ?? '';
    goTo(signIn(token) ? '/' : '/login?failed', 'replace');
  }, []);
  return <Page title="Signing in" lead="One moment …" />;
}
