/** Holds what a service serves against its contracts before it serves anything: nothing is reachable that nobody has said who may call. */
import { type EndpointContract } from '@banyan/contract';
import type { FastifyInstance } from 'fastify';
import { routeKey } from './caller.guard.ts';
import { NestError } from './errors.ts';

export interface ServedRoute {
  readonly method: string;
  readonly path: string;
  /** `QuestionsController.list`, or how else the function is called. */
  readonly handler: string;
}

/** Every route that is added from now on, however it is: the list grows. */
export function watchRoutes(server: FastifyInstance): readonly ServedRoute[] {
  const routes: ServedRoute[] = [];
  server.addHook('onRoute', ({ method, url, handler }) => {
    for (const one of [method].flat()) {
      // Fastify adds it to each GET by itself.
      if (one !== 'HEAD')
        routes.push({
          method: one,
          path: url.length > 1 ? url.replace(/\/$/, '') : url,
          handler: handler.name || 'a function without a name',
        });
    }
  });
  return routes;
}

/**
 * Throws NEST_HANDLER_UNDECLARED for routes without a contract, NEST_ENDPOINT_UNSERVED for contracts without a route, and NEST_CALLERS_MISSING when
 * a contract is not for anyone and nothing is said of how callers are known.
 */
export function requireDeclared(
  service: string,
  routes: readonly ServedRoute[],
  endpoints: readonly EndpointContract[],
  knowsCallers: boolean,
): void {
  const declared = new Set(endpoints.map(({ method, path }) => routeKey(method, path)));
  const undeclared = routes.filter(({ method, path }) => !declared.has(routeKey(method, path)));
  if (undeclared.length > 0) {
    const names = undeclared.map(({ handler, method, path }) => `${handler} (${method} ${path})`).join(', ');
    throw new NestError('NEST_HANDLER_UNDECLARED', `No contract of "${service}" says who may call ${names}.`);
  }
  const served = new Set(routes.map(({ method, path }) => routeKey(method, path)));
  const unserved = endpoints.filter(({ method, path }) => !served.has(routeKey(method, path)));
  if (unserved.length > 0) {
    const names = unserved.map(({ name, method, path }) => `${name} (${method} ${path})`).join(', ');
    throw new NestError('NEST_ENDPOINT_UNSERVED', `"${service}" has no handler for ${names}.`);
  }
  const closed = endpoints.filter(({ caller, corrected }) => [caller, corrected?.caller ?? 'anyone'].some((one) => one !== 'anyone'));
  if (closed.length > 0 && !knowsCallers)
    throw new NestError(
      'NEST_CALLERS_MISSING',
      `"${service}" does not know its callers, and ${closed.map(({ name }) => name).join(', ')} is not for anyone.`,
    );
}
