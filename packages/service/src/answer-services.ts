/** Answers what other services ask on the internal port: nobody is told anything but those whom the endpoint names, and a fault is reported. */
import { findInternal, type InternalEndpointContract } from '@banyan/contract';
import { ServiceError } from './errors.ts';
import type { InternalAnswer, InternalRequest } from './running/internal-server.ts';
import { report } from './report.ts';

/** What a service asks. */
export interface InternalCall extends Pick<InternalRequest, 'query' | 'body' | 'idempotencyKey'> {
  readonly params: Readonly<Record<string, string>>;
}

export interface InternalHandler {
  readonly endpoint: InternalEndpointContract;
  /** The body of the answer; undefined when nothing is there. */
  readonly answer: (call: InternalCall) => Promise<unknown>;
}

export interface InternalRoutes {
  /** Who asks with this header; as `createServiceTokens()` of identity. */
  readonly tokens: {
    verifyBearer(authorization: string | undefined): Promise<{ readonly ok: true; readonly service: string } | { readonly ok: false }>;
  };
  readonly handlers: readonly InternalHandler[];
  /** How a rejection is answered that is no fault. */
  readonly toAnswer?: (error: unknown) => InternalAnswer | undefined;
}

/**
 * 401 to whom no service token names, 404 when nothing is there, 403 to a service that the endpoint does not name, 500 for a fault. Never rejects.
 * @param service the one that is asked; its name begins the event `….internal.failed`
 */
export async function answerServices(service: string, request: InternalRequest, routes: InternalRoutes): Promise<InternalAnswer> {
  const { method, path, authorization } = request;
  try {
    const asking = await routes.tokens.verifyBearer(authorization);
    if (!asking.ok) return bare(401, 'Unauthorized');
    const found = findInternal(routes.handlers, method, path);
    if (found === undefined) return bare(404, 'Not Found');
    const { endpoint, answer } = found.entry;
    if (!endpoint.callers.includes(asking.service)) {
      report('warn', `${service}.internal.refused`, 'A service asked what it may not', { endpoint: endpoint.name, caller: asking.service });
      return bare(403, 'Forbidden');
    }
    const body = await answer({ ...request, params: found.params });
    return body === undefined ? bare(404, 'Not Found') : { status: endpoint.status ?? 200, body };
  } catch (error) {
    const expected = routes.toAnswer?.(error);
    if (expected !== undefined) return expected;
    report('error', `${service}.internal.failed`, 'A service got no answer', { path, reason: (error as Error).message });
    // Word for word, and in this order, what callers that pass it on must answer.
    return { status: 500, body: { statusCode: 500, message: 'Internal server error' } };
  }
}

/** Throws SERVICE_INTERNAL_UNDECLARED for a handler that no contract is for: nobody would know who may ask it. */
export function requireInternalContracts({ handlers }: InternalRoutes): void {
  const problems = handlers.flatMap(({ endpoint }, at) => {
    const { name, method, path, callers } = (endpoint ?? {}) as Partial<InternalEndpointContract>;
    if (path === undefined) return [`handler ${at + 1} has no contract`];
    if (!path.startsWith('/internal/')) return [`"${name}" is at ${path}, which is not below /internal`];
    if (callers === undefined || callers.length === 0) return [`"${name}" does not say which services may ask`];
    const isTwice = handlers.findIndex((other) => other.endpoint?.method === method && other.endpoint?.path === path) < at;
    return isTwice ? [`${method} ${path} has two handlers`] : [];
  });
  if (problems.length > 0)
    throw new ServiceError('SERVICE_INTERNAL_UNDECLARED', `What other services may ask is not declared: ${problems.join('; ')}.`);
}

function bare(statusCode: number, message: string): InternalAnswer {
  return { status: statusCode, body: { message, statusCode } };
}
