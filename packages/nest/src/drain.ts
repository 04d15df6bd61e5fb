/** While a service drains, every answer says that its connection ends, so that no client sends another request into it. */
import type { FastifyInstance } from 'fastify';

export function endConnectionsWhenDraining(server: FastifyInstance): void {
  let isDraining = false;
  server.addHook('preClose', (done) => {
    isDraining = true;
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (isDraining) void reply.header('connection', 'close');
    done(null, payload);
  });
}
