// Asks an endpoint for everything that its contract allows and much that it does not, and names the answers that the contract has not announced.
import { type EndpointContract, findProblems, type GivenRequest } from '@banyan/contract';
export type { EndpointContract } from '@banyan/contract';
import { parse } from 'node:querystring';
import * as fc from 'fast-check';
import { edgeRequestsFor, type FuzzedContent, type FuzzedRequest, requestsFor } from './fuzz/requests.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';

export interface FuzzTarget {
  readonly client: HttpClient;
  /** Good ones. */
  readonly tokens: Readonly<Record<'user' | 'admin', string>>;
  /** Those that are on. */
  readonly flags: ReadonlySet<string>;
  /** All endpoints that are there: what is meant for one of them is not asked of another. */
  readonly endpoints: readonly EndpointContract[];
  /** What rows there are now. */
  readonly readRows: () => Promise<GivenRequest['exists']>;
  /** An answer that the program in front gives by itself, to a request that is not handed on. */
  readonly isFrontDoor?: (answer: HttpAnswer) => boolean;
}

export interface FuzzOptions {
  /** The same seed asks the same again. */
  readonly seed: number;
  /** How many requests are drawn, beside the odd ones that are always asked. */
  readonly runs: number;
  /** With the seed, the place of one request: as a failure names it. */
  readonly path?: string;
}

const timeLimitMs = 40_000;

/**
 * Undefined when every answer has a status that the contract declares, the type and the shape declared for it, and a 5xx only where the contract calls it
 * a quirk for requests such as this. Else what was wrong with the smallest request found, and how to ask it again.
 */
export async function fuzzEndpoint(
  endpoint: EndpointContract,
  target: FuzzTarget,
  { seed, runs, path }: FuzzOptions,
): Promise<string | undefined> {
  const isOwn = (request: FuzzedRequest) => !isForAnother(endpoint, request, target.endpoints);
  const { flags } = target;
  let exists = await target.readRows();
  const problemWith = async (request: FuzzedRequest): Promise<string | undefined> => {
    const answer = await ask(endpoint, request, target);
    const problem = problemOf(endpoint, answer, givenOf(request, { exists, flags }), target);
    if (problem === undefined || answer.status < 500) return problem;
    // What was there at the beginning may be gone by now.
    exists = await target.readRows();
    return problemOf(endpoint, answer, givenOf(request, { exists, flags }), target);
  };
  for (const request of path === undefined ? edgeRequestsFor(endpoint).filter(isOwn) : []) {
    const problem = await problemWith(request);
    if (problem !== undefined) return describe(endpoint, request, problem, 'again: always');
  }
  const property = fc.asyncProperty(requestsFor(endpoint).filter(isOwn), async (request) => {
    const problem = await problemWith(request);
    if (problem !== undefined) throw new Error(problem);
  });
  const replay = path === undefined ? {} : { path };
  const outcome = await fc.check(property, { seed, numRuns: runs, interruptAfterTimeLimit: timeLimitMs, ...replay });
  if (!outcome.failed || outcome.counterexample === null) return undefined;
  const [request] = outcome.counterexample;
  const again = `again: seed ${seed}, path "${outcome.counterexamplePath}"`;
  return describe(endpoint, request, (outcome.errorInstance as Error | undefined)?.message ?? 'no answer', again);
}

function ask(
  endpoint: EndpointContract,
  { caller, params, query, content }: FuzzedRequest,
  { client, tokens }: FuzzTarget,
): Promise<HttpAnswer> {
  const authorizations = { nobody: {}, garbage: { authorization: 'Bearer a.b.c' }, user: bearer(tokens.user), admin: bearer(tokens.admin) };
  const path = pathOf(endpoint, params);
  const body = content === undefined ? {} : { body: content.text };
  const headers = { ...authorizations[caller], ...content?.headers };
  return client.request(endpoint.method, query === '' ? path : `${path}?${query}`, { headers, ...body });
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function pathOf({ path }: EndpointContract, params: FuzzedRequest['params']): string {
  return path.replaceAll(/:(\w+)/g, (_whole, name: string) => params[name] ?? '');
}

/** A fixed path of another endpoint, as `/questions/random` is one of `/questions/:id`. */
function isForAnother(endpoint: EndpointContract, request: FuzzedRequest, endpoints: readonly EndpointContract[]): boolean {
  const path = pathOf(endpoint, request.params).toLowerCase();
  return endpoints.some((other) => other !== endpoint && other.method === endpoint.method && other.path.toLowerCase() === path);
}

type Ground = Pick<GivenRequest, 'exists' | 'flags'>;

function givenOf({ caller, params, query, content }: FuzzedRequest, ground: Ground): GivenRequest {
  return {
    caller: caller === 'user' || caller === 'admin' ? caller : 'unknown',
    params: Object.fromEntries(Object.entries(params).map(([name, text]) => [name, decode(text) ?? text])),
    query: parse(query),
    body: content === undefined ? undefined : parseContent(content),
    ...ground,
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parseContent({ text, headers }: FuzzedContent): unknown {
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) return { ...parse(text) };
  if (!type.startsWith('application/json')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function problemOf(endpoint: EndpointContract, answer: HttpAnswer, given: GivenRequest, { isFrontDoor }: FuzzTarget): string | undefined {
  const { status, headers, text } = answer;
  if (status < 500 && isFrontDoor?.(answer) === true) return undefined;
  const response = endpoint.responses[status];
  const seen = `${status} ${text.slice(0, 200)}`;
  if (status >= 500 && response?.quirk?.(given) !== true) return `a 5xx that the contract does not allow for this request: ${seen}`;
  if (response === undefined) return `a status that the contract does not declare: ${seen}`;
  if (response.body === undefined) return text === '' ? undefined : `a body where none is declared: ${seen}`;
  const type = response.contentType ?? 'application/json';
  if (text !== '' && headers['content-type']?.split(';')[0] !== type) return `${headers['content-type']} instead of ${type}: ${seen}`;
  const problems = findProblems(endpoint, { status, body: type === 'application/json' ? parseJson(text) : text });
  return problems.length === 0 ? undefined : `${problems.slice(0, 3).join('; ')}: ${seen}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function describe(endpoint: EndpointContract, { caller, params, query, content }: FuzzedRequest, problem: string, again: string): string {
  const line = `${endpoint.method} ${pathOf(endpoint, params)}${query === '' ? '' : `?${query}`}`.slice(0, 300);
  const sent = content === undefined ? line : `${line} ${JSON.stringify(content.headers)} ${content.text.slice(0, 300)}`;
  return `${endpoint.name}: ${problem}\n  asked as ${caller}: ${sent}\n  ${again}`;
}
