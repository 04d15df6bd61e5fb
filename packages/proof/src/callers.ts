// Who may knock at a door: with good tokens of every kind, and with every kind of bad one, made by hand as a stranger would make them.
import { createHmac } from 'node:crypto';

export interface KnockingCaller {
  /** For people: `an expired token of an admin`. */
  readonly name: string;
  /** What a door that looks closely takes it for. */
  readonly kind: 'unknown' | 'user' | 'admin' | 'service';
  /** The whole header; undefined sends none. */
  readonly authorization: string | undefined;
  /** Of a user or an admin. */
  readonly userId?: UserId;
  /** Of a service: who asks, and whom. */
  readonly service?: { readonly from: string; readonly to: string };
}

export interface CallerSecrets {
  readonly jwtSecret: string;
  readonly serviceSecret: string;
  /** Seconds since 1970. */
  readonly now: number;
}

export type UserId = number | string;

/** Two users and an administrator who are there, and what tokens of this system say. */
export interface KnownPeople {
  readonly user: UserId;
  readonly otherUser: UserId;
  readonly admin: UserId;
  /** Without its times. */
  readonly claimsOf: (id: UserId, isAdmin: boolean) => Claims;
  /** Of a user who says that they are an administrator, in a way that must not be believed. */
  readonly pretending: (id: UserId) => Claims;
}

type Claims = Readonly<Record<string, unknown>>;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed with HMAC-SHA-256 whatever the header says; without a secret by nobody. */
export function forgeToken(header: Claims, claims: Claims, secret: string | undefined): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${secret === undefined ? '' : createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** Those whom a door for people knows, and everybody whom it must take for nobody. */
export function callersOfPeople(secrets: CallerSecrets, people: KnownPeople): KnockingCaller[] {
  const { jwtSecret, serviceSecret, now } = secrets;
  const times = { iat: now - 10, exp: now + 3_600 };
  const plain = { alg: 'HS256', typ: 'JWT' };
  const { user, otherUser } = people;
  const claimsOf = (id: UserId, isAdmin = false) => ({ ...people.claimsOf(id, isAdmin), ...times });
  const admin = claimsOf(people.admin, true);
  const bearer = (token: string) => `Bearer ${token}`;
  const known = (name: string, kind: 'user' | 'admin', userId: UserId, claims: Claims): KnockingCaller => {
    return { name, kind, authorization: bearer(forgeToken(plain, claims, jwtSecret)), userId };
  };
  const nobody = (name: string, authorization: string | undefined): KnockingCaller => ({ name, kind: 'unknown', authorization });
  const forged = (name: string, header: Claims, claims: Claims, secret: string | undefined) =>
    nobody(name, bearer(forgeToken(header, claims, secret)));
  const good = forgeToken(plain, claimsOf(user), jwtSecret);
  const [head = '', , signature = ''] = good.split('.');
  return [
    known('a user', 'user', user, claimsOf(user)),
    known('another user', 'user', otherUser, claimsOf(otherUser)),
    known('a user whose token pretends', 'user', user, { ...people.pretending(user), ...times }),
    known('an admin', 'admin', people.admin, admin),
    nobody('nobody', undefined),
    nobody('an empty token', 'Bearer '),
    nobody('garbage', 'Bearer a.b.c'),
    nobody('a name and a password', `Basic ${Buffer.from('admin:admin').toString('base64')}`),
    nobody('a good token under another scheme', `Token ${good}`),
    nobody('the payload of an admin under the signature of a user', bearer(`${head}.${encode(admin)}.${signature}`)),
    forged('an expired token of an admin', plain, { ...admin, iat: now - 7_200, exp: now - 1 }, jwtSecret),
    forged('a token of an admin that is not good yet', plain, { ...admin, nbf: now + 3_600 }, jwtSecret),
    forged('alg none, not signed', { ...plain, alg: 'none' }, admin, undefined),
    forged('alg none, signed', { ...plain, alg: 'none' }, admin, jwtSecret),
    forged('alg HS512, signed as HS256', { ...plain, alg: 'HS512' }, admin, jwtSecret),
    forged('another secret', plain, admin, `${jwtSecret}x`),
    forged('the secret that the monolith falls back to', plain, admin, 'fallback-secret'),
    forged('the secret of the services', plain, admin, serviceSecret),
    forged('another kind of token under the right secret', { ...plain, typ: 'service+jwt' }, admin, jwtSecret),
    forged('a token that names nobody', plain, { ...admin, sub: undefined }, jwtSecret),
    forged('a token of a service', { ...plain, typ: 'service+jwt' }, { iss: 'admin', aud: 'question', ...times }, serviceSecret),
  ];
}

/** Those whom the internal port of a service may know, and everybody whom it must take for nobody. */
export function callersOfServices(
  secrets: CallerSecrets,
  people: KnownPeople,
  services: readonly string[],
  asked: string,
): KnockingCaller[] {
  const { jwtSecret, serviceSecret, now } = secrets;
  const header = { alg: 'HS256', typ: 'service+jwt' };
  const times = { iat: now, exp: now + 60 };
  const other = services.find((name) => name !== asked) ?? '';
  const forged = (name: string, changes: Claims, secret: string | undefined, changedHeader: Claims = {}): KnockingCaller => {
    const token = forgeToken({ ...header, ...changedHeader }, { iss: other, aud: asked, ...times, ...changes }, secret);
    return { name, kind: 'unknown', authorization: `Bearer ${token}` };
  };
  return [
    ...services.map((from): KnockingCaller => {
      const token = forgeToken(header, { iss: from, aud: asked, ...times }, serviceSecret);
      return { name: `the service ${from}`, kind: 'service', authorization: `Bearer ${token}`, service: { from, to: asked } };
    }),
    ...callersOfPeople(secrets, people)
      .filter(({ name }) => name !== 'a token of a service')
      .map((caller) => ({ ...caller, kind: 'unknown' as const })),
    forged('a token for another service', { aud: other }, serviceSecret),
    forged('a token for nobody', { aud: undefined }, serviceSecret),
    forged('a token for everybody', { aud: services }, serviceSecret),
    forged('a token from nobody', { iss: undefined }, serviceSecret),
    forged('a token without an end', { exp: undefined }, serviceSecret),
    forged('an expired token', { iat: now - 120, exp: now - 60 }, serviceSecret),
    forged('a service under the secret of users', {}, jwtSecret),
    forged('a service under another secret', {}, `${serviceSecret}x`),
    forged('a service, alg none', {}, undefined, { alg: 'none' }),
    forged('a service with the kind of a user', {}, serviceSecret, { typ: 'JWT' }),
  ];
}
