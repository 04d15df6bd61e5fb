// What the security scenarios know of a system beside its front door: they ask its services directly, and read what its programs write.
import { createHttpClient, type AcceptanceTarget, type HttpClient } from '@banyan/proof';
import { callersOfPeople, forgeToken, type KnockingCaller, type KnownUsers } from '@banyan/proof/callers';
import type { FuzzTarget } from '@banyan/proof/fuzz-endpoint';
import { endpointsByService } from '@node-learn/contracts';

export type ServiceName = keyof typeof endpointsByService;

export interface Surroundings {
  /** Where each service is, for clients and for other services. */
  readonly services: Readonly<Record<ServiceName, { readonly url: string; readonly internalUrl: string }>>;
  readonly serviceSecret: string;
  /** Where the programs write their logs. */
  readonly logDirectory: string;
  /** For what is drawn at random. Default: drawn anew. */
  readonly seed?: number;
  /** The place of one request in it, as a failure names it. */
  readonly path?: string;
  /** Requests for each endpoint. Default 60. */
  readonly runs?: number;
}

/** Every visitor without a token acts as this user. */
export const guestId = 1;

export const serviceNames = Object.keys(endpointsByService) as readonly ServiceName[];

export function secretsOf({ jwtSecret }: AcceptanceTarget, { serviceSecret }: Surroundings) {
  return { jwtSecret, serviceSecret, now: Math.floor(Date.now() / 1000) };
}

/** Two users and an administrator of the data set. */
export async function knownUsers({ control }: AcceptanceTarget): Promise<KnownUsers> {
  const ids = async (isAdmin: boolean) => {
    const found = await control.sql<{ id: number }>('users', 'select id from users where is_admin = $1 and id > $2 order by id limit 2', [
      isAdmin,
      guestId,
    ]);
    return found.map(({ id }) => id);
  };
  const [[user = 0, otherUser = 0], [admin = 0]] = await Promise.all([ids(false), ids(true)]);
  return { user, otherUser, admin };
}

export async function goodTokens(target: AcceptanceTarget, surroundings: Surroundings): Promise<Record<'user' | 'admin', string>> {
  const users = await knownUsers(target);
  const { jwtSecret, now } = secretsOf(target, surroundings);
  const sign = (sub: number, isAdmin: boolean) =>
    forgeToken(
      { alg: 'HS256', typ: 'JWT' },
      { sub, email: `user-${sub}@example.test`, name: `User ${sub}`, isAdmin, iat: now, exp: now + 3_600 },
      jwtSecret,
    );
  return { user: sign(users.user, false), admin: sign(users.admin, true) };
}

export async function everybody(target: AcceptanceTarget, surroundings: Surroundings): Promise<KnockingCaller[]> {
  return callersOfPeople(secretsOf(target, surroundings), await knownUsers(target));
}

/** Closed with the target. */
export function clientsOf<Name extends string>(
  target: AcceptanceTarget,
  urlsByName: Readonly<Record<Name, string>>,
): Record<Name, HttpClient> {
  const clients = Object.entries<string>(urlsByName).map(([name, url]) => [name, createHttpClient(url)] as const);
  for (const [, client] of clients) target.leftovers.push(() => client.close());
  return Object.fromEntries(clients) as Record<Name, HttpClient>;
}

/** Of the tables whose rows decide whether a request can be met. */
export async function readRows({ control }: AcceptanceTarget): ReturnType<FuzzTarget['readRows']> {
  const tables = await Promise.all(
    ['users', 'questions', 'quiz_modes'].map(async (table) => {
      const rows = await control.sql<{ id: string | number }>(table, `select id from ${table}`);
      return [`public.${table}`, new Set(rows.map(({ id }) => String(id)))] as const;
    }),
  );
  const idsByTable = new Map<string, ReadonlySet<string>>(tables);
  return (table, id) => (typeof id === 'string' || typeof id === 'number') && idsByTable.get(table)?.has(String(id)) === true;
}
