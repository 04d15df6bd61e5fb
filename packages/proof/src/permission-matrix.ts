// Every endpoint times every kind of caller, from the contracts: what each must be told, and which cells say otherwise.
import { callerOf, type EndpointContract, type GivenRequest, type InternalEndpointContract } from '@banyan/contract';
export type { EndpointContract } from '@banyan/contract';
import type { KnockingCaller } from './callers.ts';
import { exampleOf, type ExampleRequest, pathWith } from './example-request.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';

export interface Cell {
  /** `admin.users as nobody, directly`. */
  readonly name: string;
  readonly expected: 'passes' | 'refused';
  readonly ask: () => Promise<HttpAnswer>;
  /** What a refusal is: 401 and 403, or what the contract declares in their place. */
  readonly refusals: readonly number[];
}

export interface PublicMatrix {
  readonly endpoints: readonly EndpointContract[];
  readonly callers: readonly KnockingCaller[];
  readonly flags: ReadonlySet<string>;
  /** The user that everybody without a token acts as. */
  readonly guestId: number;
  /** A user: what is about somebody is asked about this one and about the guest. */
  readonly userId: number;
  /** Where the endpoint is asked, by the name of the way: `directly`, `through the gateway`. */
  readonly ways: Readonly<Record<string, (endpoint: EndpointContract) => HttpClient>>;
  /** Parameters that have to be made for each request, by the name of the endpoint: what it removes. */
  readonly fresh?: Readonly<Record<string, () => Promise<Readonly<Record<string, string>>>>>;
}

/** The request of each cell is the example of its contract. */
export function publicCells(matrix: PublicMatrix): Cell[] {
  const { endpoints, callers, flags, guestId, ways, fresh = {} } = matrix;
  return endpoints.flatMap((endpoint) =>
    examplesFor(endpoint, matrix).flatMap(({ about, ...example }) =>
      callers.flatMap((caller) =>
        Object.entries(ways).map(([way, clientOf]): Cell => {
          const passes = isFor(endpoint, caller, { flags, guestId, example });
          const ask = async () => {
            const params = passes ? ((await fresh[endpoint.name]?.()) ?? example.params) : example.params;
            const { method, path } = endpoint;
            const json = example.body === undefined ? {} : { json: example.body };
            return clientOf(endpoint).request(method, pathWith(path, params), { headers: headersOf(caller), ...json });
          };
          return {
            name: `${endpoint.name}${about} as ${caller.name}, ${way}`,
            expected: passes ? 'passes' : 'refused',
            refusals: refusalsOf(endpoint, caller, { flags, example }),
            ask,
          };
        }),
      ),
    ),
  );
}

type AboutSomebody = ExampleRequest & { readonly about: string };

function examplesFor(endpoint: EndpointContract, { guestId, userId }: PublicMatrix): AboutSomebody[] {
  const example = exampleOf(endpoint);
  const { about } = endpoint;
  if (about === undefined) return [{ ...example, about: '' }];
  const aboutOne = (id: number, name: string): AboutSomebody => {
    const named = { [about.field]: about.in === 'params' ? String(id) : id };
    return { ...example, [about.in]: { ...(example[about.in] as object), ...named }, about: ` about ${name}` };
  };
  return [aboutOne(guestId, 'the guest'), aboutOne(userId, 'a user')];
}

/** Parameters of a path are such that nothing is there: who may ask is told so. */
export function internalCells(
  endpoints: readonly InternalEndpointContract[],
  callers: readonly KnockingCaller[],
  client: HttpClient,
): Cell[] {
  return endpoints.flatMap((endpoint) =>
    callers.map((caller) => {
      const { method, path, callers: allowed } = endpoint;
      const params = new Proxy({}, { get: () => nothingThere }) as Readonly<Record<string, string>>;
      const json = method === 'GET' ? {} : { json: {} };
      return {
        name: `${endpoint.name} as ${caller.name}`,
        expected: caller.service !== undefined && allowed.includes(caller.service.from) ? 'passes' : 'refused',
        refusals: caller.service === undefined ? [401] : [403],
        ask: () => client.request(method, pathWith(path, params), { headers: headersOf(caller), ...json }),
      } as const;
    }),
  );
}

const nothingThere = '2147483600';

/** One line for each cell that is not as it must be. Passing means an answer of its own: below 400, or that nothing is there, or that what is given is refused. */
export async function findHoles(cells: readonly Cell[], atOnce = 8): Promise<string[]> {
  const holes: string[] = [];
  const waiting = [...cells];
  const work = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      const { status, text } = await cell.ask();
      const isRefused = cell.refusals.includes(status);
      const isRight = cell.expected === 'refused' ? isRefused : !isRefused && status < 500;
      if (!isRight)
        holes.push(
          `${cell.name}: ${status} instead of ${cell.expected === 'refused' ? cell.refusals.join(' or ') : 'an answer'} (${text.slice(0, 120)})`,
        );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return holes.toSorted();
}

interface AskedAbout {
  readonly flags: ReadonlySet<string>;
  readonly guestId: number;
  readonly example: ExampleRequest;
}

function isFor(endpoint: EndpointContract, { kind, userId }: KnockingCaller, { flags, guestId, example }: AskedAbout): boolean {
  const caller = callerOf(endpoint, flags);
  if (caller === 'anyone') return true;
  if (caller === 'user') return kind === 'user' || kind === 'admin';
  if (caller === 'admin') return kind === 'admin';
  const { about } = endpoint;
  if (about?.in === 'body' && kind !== 'unknown') return true;
  const content = about === undefined ? {} : (example[about.in] as Readonly<Record<string, unknown>>);
  const subject = String(content[about?.field ?? '']);
  return [guestId, userId].map(String).includes(subject);
}

/** Who is known is told so where the contract declares it. A quirk of the refusal itself: the 5xx that only those get whom nobody knows. */
function refusalsOf({ responses }: EndpointContract, { kind }: KnockingCaller, { flags, example }: Omit<AskedAbout, 'guestId'>): number[] {
  if (kind === 'user' && responses[403] !== undefined) return [403];
  const { params, body } = example;
  const given = (caller: GivenRequest['caller']): GivenRequest => ({ caller, flags, params, query: {}, body, exists: () => true });
  const quirks = Object.entries(responses).filter(([, { quirk }]) => quirk?.(given('unknown')) === true && !quirk(given('user')));
  return responses[401] === undefined || quirks.length === 0 ? [401] : [401, ...quirks.map(([status]) => Number(status))];
}

function headersOf({ authorization }: KnockingCaller): Record<string, string> {
  return authorization === undefined ? {} : { authorization };
}
