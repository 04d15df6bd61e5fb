/** Answers what other services ask on the internal port: nobody else is told anything, and a fault is reported. */
import type { InternalAnswer, InternalRequest } from './running/internal-server.ts';
import { report } from './report.ts';

export interface InternalRoutes {
  /** The service that is asked. Its name begins the event `….internal.failed`. */
  readonly service: string;
  /** Who asks with this header; as `createServiceTokens()` of identity. */
  readonly tokens: { verifyBearer(authorization: string | undefined): Promise<{ readonly ok: boolean }> };
  /** What is at the path; undefined when nothing is. */
  readonly find: (path: string, query: URLSearchParams) => Promise<unknown>;
  /** What a request that is no GET does; undefined when nothing is at its path. */
  readonly change?: (request: InternalRequest) => Promise<InternalAnswer | undefined>;
  /** How a rejection is answered that is no fault. */
  readonly toAnswer?: (error: unknown) => InternalAnswer | undefined;
}

/** 200 with what was found, 401 to whom no service token names, 404 when nothing is there, 500 for a fault. Never rejects. */
export async function answerServices(
  request: InternalRequest,
  { service, tokens, find, change, toAnswer }: InternalRoutes,
): Promise<InternalAnswer> {
  const { method, path, query, authorization } = request;
  try {
    if (!(await tokens.verifyBearer(authorization)).ok) return bare(401, 'Unauthorized');
    if (method !== 'GET') return (await change?.(request)) ?? bare(404, 'Not Found');
    const body = await find(path, query);
    return body === undefined ? bare(404, 'Not Found') : { status: 200, body };
  } catch (error) {
    const expected = toAnswer?.(error);
    if (expected !== undefined) return expected;
    report('error', `${service}.internal.failed`, 'A service got no answer', { path, reason: (error as Error).message });
    // Word for word, and in this order, what callers that pass it on must answer.
    return { status: 500, body: { statusCode: 500, message: 'Internal server error' } };
  }
}

function bare(statusCode: number, message: string): InternalAnswer {
  return { status: statusCode, body: { message, statusCode } };
}
