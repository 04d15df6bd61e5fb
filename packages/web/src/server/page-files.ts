/** Serves the built page: files with a hash in their name for ever, everything else asked for anew; unknown addresses are the page's own. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import type { WebSettings } from './settings.ts';

type PageSettings = Pick<WebSettings, 'pageFolder' | 'api' | 'apiUrl'>;

/** Throws when the folder holds no page, or none that could be told where the API is. */
export function createPageFiles(settings: PageSettings): (request: IncomingMessage, response: ServerResponse) => void {
  const headers = headersOf(settings);
  const page = readPage(settings);
  const serveFile = sirv(settings.pageFolder, {
    etag: true,
    setHeaders: (response, path) =>
      response.setHeader('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
  });
  return (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else if (isFile(path)) serveFile(request, response, () => sayMissing(response));
    else servePage(request, response, page);
  };
}

/** The page brings everything itself: no script or style of another origin, no inline script, nobody's frame; it asks its own API alone. */
function headersOf({ api, apiUrl }: PageSettings): readonly (readonly [string, string])[] {
  const contentSecurityPolicy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${api === 'direct' ? apiUrl : "'self'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return [
    ['content-security-policy', contentSecurityPolicy],
    ['x-content-type-options', 'nosniff'],
    // There are addresses that hold a token.
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-opener-policy', 'same-origin'],
  ];
}

interface PageText {
  readonly text: string;
  readonly etag: string;
}

const apiUrlMeta = /(<meta name="api-url" content=")[^"]*(")/;

function readPage({ pageFolder, api, apiUrl }: PageSettings): PageText {
  const built = readFileSync(join(pageFolder, 'index.html'), 'utf8');
  if (api === 'direct' && !apiUrlMeta.test(built))
    throw new Error('index.html has no <meta name="api-url" content="…" /> to tell the page where its API is.');
  const text = api === 'direct' ? built.replace(apiUrlMeta, (_, before: string, after: string) => before + apiUrl + after) : built;
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"` };
}

function servePage(request: IncomingMessage, response: ServerResponse, { text, etag }: PageText): void {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', etag };
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(text) }).end(request.method === 'HEAD' ? undefined : text);
}

/** Nothing stands in for a file that is not there. */
function isFile(path: string): boolean {
  return /\/[^/]*\.\w+$/.test(path) && path !== '/index.html';
}

function sayMissing(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
}
