/** What a caller may do, by its token: everything, look, or ask the one question that gateways and services have. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ControllerError } from '../errors.ts';

export interface Tokens {
  /** May do everything. */
  readonly token: string;
  /** May look at everything but personal data; for pages and monitoring. */
  readonly lookToken?: string | undefined;
  /** May ask `GET /v1/reached`; for gateways and services. */
  readonly reachedToken?: string | undefined;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Throws CONTROLLER_TOKEN for no known token, CONTROLLER_NOT_ALLOWED for one that may not do this. */
export function checkRights({ token, lookToken, reachedToken }: Tokens, authorization: string | undefined, asked: Asked): void {
  const isReached = asked.method === 'GET' && asked.path === '/v1/reached';
  const isLooking = asked.method === 'GET' && !asked.query.has('showPersonal');
  const rights = [
    { of: token, may: true },
    { of: lookToken, may: isLooking },
    { of: reachedToken, may: isReached },
  ].filter(({ of }) => of !== undefined && isSame(authorization ?? '', `Bearer ${of}`));
  if (rights.some(({ may }) => may)) return;
  if (rights.length > 0) throw new ControllerError('CONTROLLER_NOT_ALLOWED', `This token may not ask ${asked.method} ${asked.path}.`);
  throw new ControllerError(
    'CONTROLLER_TOKEN',
    authorization === undefined ? 'The request carries no bearer token.' : 'The bearer token is wrong.',
  );
}

/** In a time that tells nothing about either. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
