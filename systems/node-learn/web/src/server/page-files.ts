/** Serves the built page: files with a hash in their name for ever, everything else asked for anew; unknown addresses are the page's own. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import sirv from 'sirv';

/** The page brings everything itself: no script, style or request of another origin, no inline script, nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers: readonly (readonly [string, string])[] = [
  ['content-security-policy', contentSecurityPolicy],
  ['x-content-type-options', 'nosniff'],
  // The address a sign-in ends at holds a token.
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
];

export function createPageFiles(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const serve = sirv(folder, {
    single: true,
    etag: true,
    setHeaders: (response, path) =>
      response.setHeader('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
  });
  return (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    if (request.method === 'GET' || request.method === 'HEAD') serve(request, response, () => sayMissing(response));
    else response.writeHead(405, { allow: 'GET, HEAD' }).end();
  };
}

function sayMissing(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
}
