/** The routes of a gateway as data: what is pushed to it, kept on disk, and swapped as a whole. */
import { GatewayError } from './errors.ts';

export interface RouteTable {
  /** Rises with every change; a table with a lower version is refused. */
  readonly version: number;
  /** Upstream name to its base URL (`http://host:port`, no path). */
  readonly upstreams: Readonly<Record<string, string>>;
  /** The upstream that answers requests no route matches: the monolith. */
  readonly fallback: string;
  readonly routes: readonly Route[];
}

export interface Route {
  /** Unique and stable, for example `GET /api/auth/profile`. */
  readonly id: string;
  /** The extraction that moves this route; its name is what the controller's barrier is asked for. */
  readonly extraction?: string;
  /** Upper case; `GET` also serves `HEAD`, `*` is any method. */
  readonly method: string;
  /** `/api/questions/:id`; case-insensitive, a trailing slash is accepted, static wins over parameter, a last segment `*` takes the rest. */
  readonly path: string;
  /** The tables it reads and writes. Only a route that writes nothing is shadowed, canaried, retried after sending, or falls back. */
  readonly effect: { readonly reads: readonly string[]; readonly writes: readonly string[] };
  /** False keeps a reading route from being shadowed. Default: true when it writes nothing. */
  readonly shadowable?: boolean;
  /** Its requests are kept, in memory and bounded, to be done again on scratch copies. For routes of an extraction that write. */
  readonly record?: boolean;
  /** The owner now. */
  readonly upstream: string;
  readonly shadow?: { readonly upstream: string; readonly sharePercent: number };
  /** In what two good answers may differ besides learned noise. */
  readonly compare?: ComparisonRules;
  /** Sticky by user and monotone: who has moved stays moved while the share grows. */
  readonly canary?: { readonly upstream: string; readonly sharePercent: number };
  /** Answers reads when the upstream cannot, before the first byte. */
  readonly fallbackUpstream?: string;
  /** Requests wait, at most `queueMax` of them for at most `timeoutMs`, then 503 with Retry-After. */
  readonly hold?: { readonly reason: string; readonly timeoutMs: number; readonly queueMax: number };
  /** Its answer waits, bounded, until whoever reads finds what was written: for writes that others know of at once. For routes that write. */
  readonly concernsOthers?: boolean;
  /** After this write the user of the token in the Location header is the writer. */
  readonly issuesToken?: { readonly from: 'location'; readonly parameter: string };
}

/** Declared, because an owner compared with itself does not show it, or shows it only in part; everything else is compared as ever. */
export interface ComparisonRules {
  /** The answer is a list without an order of its own: its elements are compared by id. */
  readonly anyOrder?: boolean;
  /**
   * Fields of the answer, or of each element of a list, whose elements are drawn at random from those of the thing around them: each must be one that
   * the owner shows for the same thing, none twice, as many as the owner shows, and among them what the owner always shows.
   */
  readonly draws?: readonly string[];
  /** What the owner makes up for each answer anew; everything else of it is compared as ever. */
  readonly invented?: InventedRule;
  /** Fields of the answer that are signed tokens: what they say is compared, with their times from when they were issued, and not the signature. */
  readonly tokens?: readonly string[];
  /** Path of the owner's list that the whole answer is drawn from: it must be one of its elements, without what that list draws. */
  readonly drawnFrom?: string;
}

/** The answer, or each element of a list, whose fields are as in `where` has made-up values in `fields`: only their form must be the owner's. */
export interface InventedRule {
  readonly where: Readonly<Record<string, string | number | boolean | null>>;
  readonly fields: readonly string[];
}

/**
 * Checks a table of unknown origin and returns it typed.
 * @throws GatewayError GATEWAY_ROUTE_INVALID with one line per finding in `details`.
 */
export function validateRouteTable(candidate: unknown): RouteTable {
  const findings: string[] = [];
  const table = candidate as RouteTable;
  if (!isObject(candidate)) findings.push(`the table must be an object, got ${describe(candidate)}`);
  else {
    checkTable(table, findings);
    if (findings.length === 0) checkRoutes(table, findings);
  }
  if (findings.length > 0) {
    throw new GatewayError('GATEWAY_ROUTE_INVALID', `The route table has ${findings.length} error(s): ${findings.join('; ')}`, {
      details: findings,
    });
  }
  return table;
}

/** Whether a request of this route may be asked twice: it writes nothing and is not marked otherwise. */
export function isSafeRoute(route: Pick<Route, 'effect' | 'shadowable'>): boolean {
  return route.effect.writes.length === 0 && route.shadowable !== false;
}

function checkTable(table: RouteTable, findings: string[]): void {
  if (!Number.isSafeInteger(table.version) || table.version < 0)
    findings.push(`version must be a whole number from 0, got ${describe(table.version)}`);
  if (!isObject(table.upstreams)) findings.push(`upstreams must map names to base URLs, got ${describe(table.upstreams)}`);
  else for (const [name, url] of Object.entries(table.upstreams)) checkUpstream(name, url, findings);
  if (!Array.isArray(table.routes)) findings.push(`routes must be an array, got ${describe(table.routes)}`);
  if (isObject(table.upstreams) && !Object.hasOwn(table.upstreams, table.fallback)) {
    findings.push(`fallback names the upstream ${describe(table.fallback)}, which is not in upstreams`);
  }
}

function checkUpstream(name: string, url: unknown, findings: string[]): void {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || parsed.protocol !== 'http:' || parsed.pathname !== '/' || parsed.search !== '' || parsed.username !== '') {
    findings.push(`upstream ${name} must be http://host:port without a path, got ${describe(url)}`);
  }
}

function checkRoutes(table: RouteTable, findings: string[]): void {
  const ids = new Set<string>();
  const places = new Map<string, string>();
  for (const [index, route] of table.routes.entries()) {
    if (!isObject(route) || typeof route.id !== 'string' || route.id === '') {
      findings.push(`route ${index} must be an object with an id`);
      continue;
    }
    if (ids.has(route.id)) findings.push(`route ${route.id} is there twice`);
    ids.add(route.id);
    checkRoute(table, route, findings);
    const place = `${route.method} ${placeOf(route.path)}`;
    const other = places.get(place);
    if (other !== undefined && other !== route.id) findings.push(`routes ${other} and ${route.id} match the same requests`);
    places.set(place, route.id);
  }
}

function checkRoute(table: RouteTable, route: Route, findings: string[]): void {
  const say = (text: string): void => void findings.push(`route ${route.id}: ${text}`);
  if (typeof route.method !== 'string' || !/^(?:\*|[A-Z]+)$/.test(route.method))
    say(`method must be upper case or *, got ${describe(route.method)}`);
  if (typeof route.path !== 'string' || !isPattern(route.path)) say(`path must look like /api/things/:id, got ${describe(route.path)}`);
  if (!isStringList(route.effect?.reads) || !isStringList(route.effect?.writes)) {
    say('effect must name the tables it reads and writes: { reads: [], writes: [] }');
    return;
  }
  for (const [what, name] of upstreamsOf(route)) {
    if (!Object.hasOwn(table.upstreams, String(name))) say(`${what} names the upstream ${describe(name)}, which is not in upstreams`);
  }
  checkShare(route.shadow, 'shadow', say);
  checkShare(route.canary, 'canary', say);
  checkComparison(table, route, say);
  if (!isSafeRoute(route)) {
    const only = [route.shadow && 'shadow', route.canary && 'canary', route.fallbackUpstream && 'fallbackUpstream'].filter(Boolean);
    if (only.length > 0)
      say(
        `${only.join(', ')} is for routes that only read, and this one ${route.effect.writes.length > 0 ? `writes ${route.effect.writes.join(', ')}` : 'is not shadowable'}`,
      );
  }
  if (route.record === true && (route.effect.writes.length === 0 || route.extraction === undefined))
    say('record is for routes that write and belong to an extraction');
  if (route.concernsOthers === true && route.effect.writes.length === 0) say('concernsOthers is for routes that write');
  const { hold } = route;
  if (hold !== undefined && !(isCount(hold.timeoutMs) && isCount(hold.queueMax) && typeof hold.reason === 'string')) {
    say('hold needs reason (text), timeoutMs and queueMax (whole numbers from 0)');
  }
  if (route.issuesToken !== undefined && (route.issuesToken.from !== 'location' || typeof route.issuesToken.parameter !== 'string')) {
    say("issuesToken must be { from: 'location', parameter }");
  }
}

function checkComparison(table: RouteTable, route: Route, say: (text: string) => void): void {
  const { compare } = route;
  if (compare === undefined) return;
  const { anyOrder, draws, drawnFrom, invented, tokens } = compare;
  if (!isSafeRoute(route)) say('compare is for routes that only read');
  if (anyOrder !== undefined && typeof anyOrder !== 'boolean') say(`compare.anyOrder must be true or false, got ${describe(anyOrder)}`);
  if (draws !== undefined && !isStringList(draws)) say(`compare.draws must name fields, got ${describe(draws)}`);
  if (tokens !== undefined && !isStringList(tokens)) say(`compare.tokens must name fields, got ${describe(tokens)}`);
  if (invented !== undefined && !isInventedRule(invented))
    say(`compare.invented must be { where, fields } that name something, got ${describe(invented)}`);
  if (drawnFrom === undefined) return;
  if (typeof drawnFrom !== 'string') return say(`compare.drawnFrom must be a path, got ${describe(drawnFrom)}`);
  if ([anyOrder, draws, invented, tokens].some((rule) => rule !== undefined)) say('compare.drawnFrom leaves nothing for the other rules');
  const list = table.routes.find((other) => other.method === 'GET' && other.path === drawnFrom);
  if (list === undefined || list.compare?.drawnFrom !== undefined || drawnFrom.includes(':'))
    say(`compare.drawnFrom must be the path of a list among the routes, got ${describe(drawnFrom)}`);
}

/** Without a condition, or with a field that is both made up and told apart by, it would say something else than it seems to. */
function isInventedRule(value: unknown): value is InventedRule {
  const { where, fields } = (isObject(value) ? value : {}) as Partial<Record<keyof InventedRule, unknown>>;
  if (!isObject(where) || !isStringList(fields) || fields.length === 0) return false;
  const names = Object.keys(where);
  return names.length > 0 && names.every((name) => !isObject(where[name]) && !fields.includes(name));
}

function upstreamsOf(route: Route): [string, unknown][] {
  const named: [string, unknown][] = [['upstream', route.upstream]];
  if (route.shadow !== undefined) named.push(['shadow.upstream', route.shadow.upstream]);
  if (route.canary !== undefined) named.push(['canary.upstream', route.canary.upstream]);
  if (route.fallbackUpstream !== undefined) named.push(['fallbackUpstream', route.fallbackUpstream]);
  return named;
}

function checkShare(part: { sharePercent: number } | undefined, name: string, say: (text: string) => void): void {
  if (part === undefined) return;
  const share = part.sharePercent;
  if (typeof share !== 'number' || !(share >= 0 && share <= 100)) say(`${name}.sharePercent must be from 0 to 100, got ${describe(share)}`);
}

/** The path with its parameters unnamed. */
function placeOf(path: unknown): string {
  return typeof path === 'string' ? path.toLowerCase().replaceAll(/:[^/]+/g, ':') : '';
}

/** Plain segments, `:name` parameters, and `*` as the last segment. */
function isPattern(path: string): boolean {
  if (path === '/') return true;
  const segments = path.split('/').slice(1);
  return (
    path.startsWith('/') &&
    segments.every(
      (segment, index) => /^(?::[A-Za-z_]\w*|[\w.~!$&'()+,;=@-]+)$/.test(segment) || (segment === '*' && index === segments.length - 1),
    ) &&
    !segments.some((segment) => segment === '.' || segment === '..')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function describe(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
