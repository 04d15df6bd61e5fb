/** Refuses what does not come from the console's own page or from this machine's tools: rebound names and foreign origins. */
import type { IncomingMessage } from 'node:http';
import { ConsoleError } from '../errors.ts';

/**
 * A foreign page can point its own name at 127.0.0.1; the Host header then gives it away. Browsers also say from what kind of page a request
 * comes: another port of this host is another program, whatever cookies it shares.
 * Throws CONSOLE_HOST.
 */
export function requireOwnRequest(request: IncomingMessage, port: number, path: string): void {
  const { host = '' } = request.headers;
  if (host !== `localhost:${port}` && host !== `127.0.0.1:${port}`)
    throw new ConsoleError('CONSOLE_HOST', `The console is not "${host.slice(0, 100)}".`);
  const from = request.headers['sec-fetch-site'];
  // A link may be opened from anywhere; data is for the page alone.
  if (path.startsWith('/console/') && from !== undefined && from !== 'same-origin' && from !== 'none')
    throw new ConsoleError('CONSOLE_HOST', `The request comes from a page of another origin (${from}).`);
}
