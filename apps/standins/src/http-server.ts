/** What the HTTP servers of all stand-ins have in common: errors with a code and what to do, and a health route. */
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { StandinsError } from './errors.ts';

const statusByCode: Partial<Record<StandinsError['code'], number>> = {
  STANDINS_PERSON_UNKNOWN: 404,
  STANDINS_MAIL_UNKNOWN: 404,
  STANDINS_FULL: 507,
};

/** A server that is not listening yet. */
export function createHttpServer(options: Pick<FastifyServerOptions, 'bodyLimit' | 'routerOptions'> = {}): FastifyInstance {
  const server = fastify({ logger: false, forceCloseConnections: true, ...options });
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (!(error instanceof StandinsError)) return reply.code(error.statusCode ?? 500).send({ error: { message: error.message } });
    return reply.code(statusByCode[error.code] ?? 400).send({ error: { code: error.code, message: error.message, fix: error.fix } });
  });
  server.get('/health', () => ({ status: 'ok' }));
  return server;
}
