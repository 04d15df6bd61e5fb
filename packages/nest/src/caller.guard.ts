/** Lets a request pass when the contract of its endpoint says so: the one place where it is decided who may call what. */
import { type Caller, callerOf, type EndpointContract } from '@banyan/contract';
import { readBearerToken, type Tokens } from '@banyan/identity';
import { report } from '@banyan/service';
import { BadRequestException, type CanActivate, type ExecutionContext, UnauthorizedException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { writeRefused } from './refuse-write.ts';

/** Nobody is known by a good token; a good one does not say whose it is; somebody is known, and it is not for them. */
export type RefusalReason = 'unknown' | 'nameless' | 'other';

type Claims = Readonly<Record<string, unknown>>;

export interface Callers {
  readonly tokens: Pick<Tokens, 'verify'>;
  /** A token without one of these names nobody. */
  readonly claims: readonly string[];
  /**
   * What holds of them now, in place of what the token says: `sub`, `isAdmin`, and what handlers need; undefined for who is nobody any more. Asked where an
   * endpoint is not for anyone. Default: what the token says holds as long as it is good.
   */
  readonly lookUp?: (claims: Claims) => Promise<Claims | undefined>;
  /**
   * As far as this program knows by itself, asked while nobody answers `lookUp`: what only reads is answered then, with the header `x-degraded: auth`. What
   * writes, and everything where this is missing, is 503.
   */
  readonly lookUpHere?: (claims: Claims) => Promise<Claims | undefined>;
  /** Flags that are on: what a contract says is closed by one of them is closed. */
  readonly flags?: ReadonlySet<string>;
  /** The user that everybody without a token acts as: what is about them is for anybody. */
  readonly guestId?: number;
  /** How a refusal is worded. Default: 401 without a text of its own. */
  readonly refuse?: (endpoint: EndpointContract, reason: RefusalReason) => Error;
}

export interface RequestOfCaller {
  readonly headers: Readonly<Partial<Record<string, string>>>;
  /** The token's `sub`, whatever it is; undefined without a good token. */
  callerId?: unknown;
  /** All that it says, or that holds of them now; undefined without a good token. */
  caller?: Claims;
}

interface AskedRequest extends RequestOfCaller {
  readonly method: string;
  readonly routeOptions: { readonly url?: string };
  readonly params?: unknown;
  readonly body?: unknown;
}

/** The name under which a route is found: method and pattern. HEAD asks what GET asks. */
export function routeKey(method: string, path: string): string {
  return `${method === 'HEAD' ? 'GET' : method} ${path.toLowerCase()}`;
}

/** Whoever passes is known as `caller` and `callerId` of the request, when a good token says so. */
export class CallerGuard implements CanActivate {
  readonly #endpointsByRoute: ReadonlyMap<string, EndpointContract>;
  readonly #callers: Callers | undefined;

  constructor(endpoints: readonly EndpointContract[], callers: Callers | undefined) {
    this.#endpointsByRoute = new Map(endpoints.map((endpoint) => [routeKey(endpoint.method, endpoint.path), endpoint]));
    this.#callers = callers;
  }

  /** Rejects with 400 for parameters that the contract refuses, then with the refusal for whoever it is not for. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AskedRequest>();
    const endpoint = this.#endpointsByRoute.get(routeKey(request.method, request.routeOptions.url ?? ''));
    if (endpoint === undefined) return false;
    const params = endpoint.request?.params?.safeParse(request.params);
    if (params?.success === false) throw new BadRequestException(params.error.issues[0]?.message);
    const isNameless = await this.#identify(endpoint, request, context.switchToHttp().getResponse<FastifyReply>());
    const reason = this.#whyRefused(endpoint, request);
    if (reason === undefined) return true;
    throw this.#refusal(endpoint, reason === 'unknown' && isNameless ? 'nameless' : reason);
  }

  /** True for a good token that names nobody. */
  async #identify(endpoint: EndpointContract, request: AskedRequest, response: FastifyReply): Promise<boolean> {
    const token = readBearerToken(request.headers['authorization']);
    if (this.#callers === undefined || token === undefined) return false;
    const { tokens, claims: needed, lookUp } = this.#callers;
    if (lookUp !== undefined && this.#callerOf(endpoint) === 'anyone') return false;
    const verification = await tokens.verify(token);
    if (!verification.ok) return false;
    if (!needed.every((name) => verification.claims[name])) return true;
    const said = verification.claims;
    const claims =
      lookUp === undefined ? said : await lookUp(said).catch((error: Error) => this.#withoutAnswer(error, { endpoint, said, response }));
    if (claims === undefined) return false;
    request.callerId = claims['sub'];
    request.caller = claims;
    return false;
  }

  /** Rejects with 503 unless what is asked for only reads, and this program knows by itself who asks. */
  async #withoutAnswer(
    { message: reason }: Error,
    { endpoint, said, response }: { readonly endpoint: EndpointContract; readonly said: Claims; readonly response: FastifyReply },
  ): Promise<Claims | undefined> {
    report('warn', 'nest.caller.unknown', 'Nobody says who somebody is now', { endpoint: endpoint.name, reason });
    const lookUpHere = this.#callers?.lookUpHere;
    if (lookUpHere === undefined || endpoint.effect.writes.length > 0) throw writeRefused(response);
    void response.header('x-degraded', 'auth');
    return lookUpHere(said);
  }

  #callerOf(endpoint: EndpointContract): Caller {
    return callerOf(endpoint, this.#callers?.flags ?? new Set());
  }

  #whyRefused(endpoint: EndpointContract, request: AskedRequest): RefusalReason | undefined {
    const caller = this.#callerOf(endpoint);
    if (caller === 'anyone' || isGranted[caller](endpoint, request, this.#callers)) return undefined;
    return request.caller === undefined ? 'unknown' : 'other';
  }

  #refusal(endpoint: EndpointContract, reason: RefusalReason): Error {
    return this.#callers?.refuse?.(endpoint, reason) ?? new UnauthorizedException();
  }
}

type Grant = (endpoint: EndpointContract, request: AskedRequest, callers: Callers | undefined) => boolean;

const isGranted: Record<Exclude<Caller, 'anyone'>, Grant> = {
  user: (_endpoint, { caller }) => caller !== undefined,
  admin: (_endpoint, { caller }) => caller?.['isAdmin'] === true,
  self: ({ about }, request, callers) => {
    if (about?.in === 'body' && request.caller !== undefined) return true;
    const subject = about === undefined ? undefined : fieldOf(request[about.in], about.field);
    const own = [callers?.guestId, request.callerId].filter((id) => id !== undefined).map(String);
    return (typeof subject === 'string' || typeof subject === 'number') && own.includes(String(subject));
  },
};

function fieldOf(content: unknown, field: string): unknown {
  return typeof content === 'object' && content !== null && Object.hasOwn(content, field)
    ? (content as Record<string, unknown>)[field]
    : undefined;
}
