/** What a service answers other services on its internal port, as a contract: route, and which of them may ask. */
import type { ZodObject } from 'zod';
import { isDottedName, type Method, parametersOf, when } from './endpoint.ts';
import { ContractError } from './errors.ts';

export interface InternalEndpointContract {
  /** Lower-case and dotted, unique in its system: `auth.internal.users`. */
  readonly name: string;
  readonly method: Method;
  /** Below /internal; parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** The services that may ask; every other one is refused. */
  readonly callers: readonly string[];
  /** A path whose parameters do not meet it is not there. */
  readonly params?: ZodObject;
  /** Status of an answer that is no refusal. Default 200. */
  readonly status?: number;
}

/** Declares an internal endpoint. Throws CONTRACT_ENDPOINT_INVALID naming everything that is wrong with it. The result is frozen. */
export function internalEndpoint<const Definition extends InternalEndpointContract>(definition: Definition): Definition {
  const { name, path, callers, params } = definition;
  const declared = Object.keys(params?.shape ?? {});
  const problems = [
    ...when(!isDottedName(name), 'its name is not lower-case and dotted, such as "auth.internal.users"'),
    ...when(!/^\/internal(\/(:\w+|[\w.~-]+))+$/.test(path), `its path "${path}" is not below /internal`),
    ...when(callers.length === 0, 'it declares no caller: name the services that may ask'),
    ...when(
      parametersOf(path).join() !== declared.join(),
      `its path has the parameters "${parametersOf(path).join()}", its schema "${declared.join()}"`,
    ),
  ];
  if (problems.length > 0) throw new ContractError('CONTRACT_ENDPOINT_INVALID', `Internal endpoint "${name}": ${problems.join('; ')}.`);
  return Object.freeze(definition);
}

export interface FoundEndpoint<Entry> {
  readonly entry: Entry;
  readonly params: Readonly<Record<string, string>>;
}

/** The entry whose endpoint a request is for; of several the one with more fixed segments. Parameters are percent-decoded. */
export function findInternal<Entry extends { readonly endpoint: InternalEndpointContract }>(
  entries: readonly Entry[],
  method: string,
  path: string,
): FoundEndpoint<Entry> | undefined {
  const found = entries
    .filter(({ endpoint }) => endpoint.method === method)
    .flatMap((entry) => {
      const params = readPath(entry.endpoint, path);
      return params === undefined ? [] : [{ entry, params }];
    });
  return found.toSorted((one, other) => Object.keys(one.params).length - Object.keys(other.params).length)[0];
}

function readPath({ path: pattern, params: schema }: InternalEndpointContract, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (given.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const text = given[at] ?? '';
    if (!segment.startsWith(':')) {
      if (segment !== text) return undefined;
      continue;
    }
    const value = decode(text);
    if (value === undefined || value === '') return undefined;
    params[segment.slice(1)] = value;
  }
  return schema === undefined || schema.safeParse(params).success ? params : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
