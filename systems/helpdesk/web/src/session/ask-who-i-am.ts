/** Asks who one is, where the system answers that: a token keeps the role that somebody had when it was issued. */
import { AskFailure } from '@banyan/web/failure';
import { api } from '../api/api.ts';
import { changeOwnRole, currentToken } from './session.ts';

/** Once in a tab it is enough to be told that there is no such route. */
const isUnknownHere = 'helpdesk-no-auth-me';

/** Never throws: without an answer the token's role holds until the server refuses something. */
export async function askWhoIAm(): Promise<void> {
  if (currentToken() === undefined || sessionStorage.getItem(isUnknownHere) !== null) return;
  try {
    changeOwnRole((await api.ask('GET /auth/me')).role);
  } catch (error) {
    if (error instanceof AskFailure && error.status === 404) sessionStorage.setItem(isUnknownHere, '');
  }
}
