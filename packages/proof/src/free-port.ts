// Finds a TCP port on the loopback address that nobody listens on.
import { createServer } from 'node:net';

/** A port that was free a moment ago on 127.0.0.1. Another process may still take it first: callers that can bind port 0 should. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
