/** Puts every request into its trace and reports it when it is finished. */
import { channel } from 'node:diagnostics_channel';
import { runInRequest } from '@banyan/service';
import { requestChannel } from '@banyan/telemetry';
import type { FastifyInstance } from 'fastify';

const requests = channel(requestChannel);

/** Must be called before other hooks are added, so that they run inside the trace. */
export function reportRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    runInRequest(request.headers, done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    if (requests.hasSubscribers) {
      requests.publish({
        method: request.method,
        path: request.originalUrl,
        route: request.is404 ? '' : (request.routeOptions.url ?? ''),
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 100) / 100,
      });
    }
    done();
  });
}
