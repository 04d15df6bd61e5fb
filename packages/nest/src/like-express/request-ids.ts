/** Gives every request the id that it brings, or a new one, and says it in the answer. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

const header = 'x-request-id';

/** Must be called behind what answers preflights, which have none. */
export function nameRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.setHeader(header, request.headers[header] ?? randomUUID());
    done();
  });
}
