/** What the security scenarios know of a system beside its front door: its contracts, somebody of each kind, and where its services are. */
import type { EndpointContract, GivenRequest, InternalEndpointContract } from '@banyan/contract';
import { callersOfPeople, forgeToken, type CallerSecrets, type KnockingCaller, type KnownPeople } from '../callers.ts';
import { createHttpClient, type HttpClient } from '../http-client.ts';
import type { PublicMatrix } from '../permission-matrix.ts';
import type { AcceptanceTarget } from '../scenario.ts';

export interface SecuredSystem {
  readonly endpointsByService: Readonly<Record<string, readonly EndpointContract[]>>;
  readonly internalEndpointsByService: Readonly<Record<string, readonly InternalEndpointContract[]>>;
  /** Of the data set. */
  readonly people: (target: AcceptanceTarget) => Promise<KnownPeople>;
  /** The user that everybody without a token acts as, where there is one. */
  readonly guestId?: number;
  /** Whose rows decide whether a request can be met, without their schema. */
  readonly tables: readonly string[];
  /** Parameters that have to be made for each request, by the name of the endpoint. Rows made here go by `clear`. */
  readonly fresh?: (target: AcceptanceTarget, tokens: GoodTokens) => NonNullable<PublicMatrix['fresh']>;
  readonly clear?: (target: AcceptanceTarget, tokens: GoodTokens) => Promise<void>;
}

export interface Surroundings {
  /** Where each service is, for clients and for other services. */
  readonly services: Readonly<Record<string, { readonly url: string; readonly internalUrl: string }>>;
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

export type GoodTokens = Readonly<Record<'user' | 'admin', string>>;

export function endpointsOf({ endpointsByService }: SecuredSystem): EndpointContract[] {
  return Object.values(endpointsByService).flat();
}

export function secretsOf({ jwtSecret }: AcceptanceTarget, { serviceSecret }: Surroundings): CallerSecrets {
  return { jwtSecret, serviceSecret, now: Math.floor(Date.now() / 1000) };
}

export async function goodTokens(system: SecuredSystem, target: AcceptanceTarget, surroundings: Surroundings): Promise<GoodTokens> {
  const { user, admin, claimsOf } = await system.people(target);
  const { jwtSecret, now } = secretsOf(target, surroundings);
  const sign = (claims: object) => forgeToken({ alg: 'HS256', typ: 'JWT' }, { ...claims, iat: now, exp: now + 3_600 }, jwtSecret);
  return { user: sign(claimsOf(user, false)), admin: sign(claimsOf(admin, true)) };
}

export async function everybody(system: SecuredSystem, target: AcceptanceTarget, surroundings: Surroundings): Promise<KnockingCaller[]> {
  return callersOfPeople(secretsOf(target, surroundings), await system.people(target));
}

/** By the name of the service; closed with the target. */
export function clientsOf(
  { endpointsByService }: SecuredSystem,
  target: AcceptanceTarget,
  { services }: Surroundings,
  port: 'url' | 'internalUrl',
): Readonly<Record<string, HttpClient>> {
  const clients = Object.keys(endpointsByService).map((name) => [name, createHttpClient(services[name]?.[port] ?? '')] as const);
  for (const [, client] of clients) target.leftovers.push(() => client.close());
  return Object.fromEntries(clients);
}

/** Of the tables whose rows decide whether a request can be met. */
export async function readRows({ tables }: SecuredSystem, { control }: AcceptanceTarget): Promise<GivenRequest['exists']> {
  const found = await Promise.all(
    tables.map(async (table) => {
      const rows = await control.sql<{ id: string | number }>(table, `select id from ${table}`);
      return [`public.${table}`, new Set(rows.map(({ id }) => String(id)))] as const;
    }),
  );
  const idsByTable = new Map<string, ReadonlySet<string>>(found);
  return (table, id) => (typeof id === 'string' || typeof id === 'number') && idsByTable.get(table)?.has(String(id)) === true;
}
