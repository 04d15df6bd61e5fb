/** An HTTP endpoint as a contract: route, effect on tables, who may call it, and what it answers for each status. */
import type { ZodObject, ZodType } from 'zod';
import { ContractError } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Tables (`schema.table`) that answering the endpoint reads and writes. GET is not the same as "writes nothing". */
export interface Effect {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** `anyone` needs no token, `user` a valid one, `admin` one whose claim says so. */
export type Caller = 'anyone' | 'user' | 'admin';

export interface ResponseContract {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly body?: ZodType;
  /** Media type of the body. Default `application/json`. */
  readonly contentType?: string;
  /** Headers that matter to a client, by name, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RequestContract {
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

function problemsOf(definition: EndpointContract): string[] {
  const { name, path, effect, request, responses, method } = definition;
  const declared = Object.keys(request?.params?.shape ?? {});
  const used = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  const statuses = Object.keys(responses).map(Number);
  return [
    ...when(!/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(name), 'its name is not lower-case and dotted, such as "auth.profile"'),
    ...when(!/^(\/(:\w+|[\w.~-]+))+$/.test(path), `its path "${path}" is not made of /segments and /:parameters`),
    ...used.filter((parameter) => !declared.includes(parameter)).map((parameter) => `:${parameter} is in the path but has no schema`),
    ...declared.filter((parameter) => !used.includes(parameter)).map((parameter) => `"${parameter}" has a schema but is not in the path`),
    ...[...effect.reads, ...effect.writes]
      .filter((table) => !/^\w+\.\w+$/.test(table))
      .map((table) => `table "${table}" is not written as schema.table`),
    ...when(method === 'GET' && request?.body !== undefined, 'a GET request has no body'),
    ...when(statuses.length === 0, 'it declares no response'),
    ...statuses.filter((status) => !(status >= 200 && status <= 599)).map((status) => `${status} is not a final HTTP status`),
  ];
}

function when(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}
