/** An HTTP endpoint as a contract: route, effect on tables, who may call it, and what it answers for each status. */
import type { ZodObject, ZodType } from 'zod';
import { ContractError } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Tables (`schema.table`) that answering the endpoint reads and writes. GET is not the same as "writes nothing". */
export interface Effect {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** `anyone` needs no token, `self` is whom the request is about, `user` anybody with a good token, `admin` one whose claim says so. */
export type Caller = 'anyone' | 'self' | 'user' | 'admin';

/** Where a request names the user it is about. In a body the user of a good token takes its place. */
export interface Subject {
  readonly in: 'params' | 'body';
  readonly field: string;
}

/** What can be told of a request before it is answered. */
export interface GivenRequest {
  readonly caller: 'unknown' | 'user' | 'admin';
  /** Those that are on: what one of them mends is no quirk any more. */
  readonly flags: ReadonlySet<string>;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Partial<Record<string, string | readonly string[]>>>;
  /** Parsed; undefined when there is none, or none of a type that is read. */
  readonly body: unknown;
  /** Whether `schema.table` has a row of this id, whatever it is. */
  readonly exists: (table: string, id: unknown) => boolean;
}

export interface ResponseContract {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly body?: ZodType;
  /** Media type of the body. Default `application/json`. */
  readonly contentType?: string;
  /** Headers that matter to a client, by name, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A defect that is kept: the requests that may be answered with this 5xx although nothing is broken. Absent: no request may cause it. */
  readonly quirk?: (request: GivenRequest) => boolean;
}

export interface RequestContract {
  /** What does not meet it is answered with 400, before it is looked at who asks. */
  readonly params?: ZodObject;
  readonly query?: ZodObject;
  readonly body?: ZodType;
}

export interface EndpointContract {
  /** Lower-case and dotted, unique in its system: `auth.profile`. */
  readonly name: string;
  readonly method: Method;
  /** Parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly caller: Caller;
  /** For whom it is instead when this flag of its service is on. */
  readonly corrected?: { readonly flag: string; readonly caller: Caller };
  /** Needed where the caller is, or becomes, `self`. */
  readonly about?: Subject;
  readonly effect: Effect;
  readonly request?: RequestContract;
  readonly responses: Readonly<Record<number, ResponseContract>>;
}

/** Declares an endpoint. Throws CONTRACT_ENDPOINT_INVALID naming everything that is wrong with it. The result is frozen. */
export function endpoint<const Definition extends EndpointContract>(definition: Definition): Definition {
  const problems = problemsOf(definition);
  if (problems.length > 0) {
    throw new ContractError('CONTRACT_ENDPOINT_INVALID', `Endpoint "${definition.name}": ${problems.join('; ')}.`);
  }
  return Object.freeze(definition);
}

/** For whom the endpoint is while these flags are on. */
export function callerOf({ caller, corrected }: EndpointContract, flags: ReadonlySet<string>): Caller {
  return corrected !== undefined && flags.has(corrected.flag) ? corrected.caller : caller;
}

function problemsOf(definition: EndpointContract): string[] {
  const { name, path, effect, request, responses, method, about } = definition;
  const declared = Object.keys(request?.params?.shape ?? {});
  const used = parametersOf(path);
  const statuses = Object.keys(responses).map(Number);
  const isAboutSomebody = [definition.caller, definition.corrected?.caller].includes('self');
  return [
    ...when(!isDottedName(name), 'its name is not lower-case and dotted, such as "auth.profile"'),
    ...when(!/^(\/(:\w+|[\w.~-]+))+$/.test(path), `its path "${path}" is not made of /segments and /:parameters`),
    ...when(/^\/internal(\/|$)/i.test(path), 'a path below /internal is for services: declare it with internalEndpoint()'),
    ...used.filter((parameter) => !declared.includes(parameter)).map((parameter) => `:${parameter} is in the path but has no schema`),
    ...declared.filter((parameter) => !used.includes(parameter)).map((parameter) => `"${parameter}" has a schema but is not in the path`),
    ...when(isAboutSomebody && about === undefined, 'it is for `self` and does not say whom it is about'),
    ...when(about?.in === 'params' && !used.includes(about.field), `it is about :${about?.field}, which is not in the path`),
    ...[...effect.reads, ...effect.writes]
      .filter((table) => !/^\w+\.\w+$/.test(table))
      .map((table) => `table "${table}" is not written as schema.table`),
    ...when(method === 'GET' && request?.body !== undefined, 'a GET request has no body'),
    ...when(statuses.length === 0, 'it declares no response'),
    ...statuses.filter((status) => !(status >= 200 && status <= 599)).map((status) => `${status} is not a final HTTP status`),
  ];
}

export function isDottedName(name: string): boolean {
  return /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(name);
}

/** Their names, in order. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
}

export function when(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}
