/** The built page, read once when the console starts: a build while it runs changes nothing, and no path leads to another file. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { ConsoleError } from '../errors.ts';

interface PageFile {
  readonly body: Buffer;
  readonly etag: string;
  readonly type: string;
  readonly caching: string;
}

export interface PageFiles {
  /** The page itself. */
  readonly index: Buffer;
  /** Answers when the path is one of the page's; false when it is not. */
  send(request: IncomingMessage, response: ServerResponse, path: string): boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Throws CONSOLE_PAGE_MISSING. */
export function readPageFiles(directory: string): PageFiles {
  const indexFile = join(directory, 'index.html');
  if (!existsSync(indexFile)) throw new ConsoleError('CONSOLE_PAGE_MISSING', `${indexFile} does not exist.`);
  const files = new Map(filesIn(directory).map((file) => [`/${relative(directory, file).split(sep).join('/')}`, readPageFile(file)]));
  return {
    index: readFileSync(indexFile),
    send: (request, response, path) => {
      const file = files.get(path === '/' ? '/index.html' : path);
      if (file === undefined) return false;
      const headers = { 'content-type': file.type, 'cache-control': file.caching, etag: file.etag };
      if (request.headers['if-none-match'] === file.etag) response.writeHead(304, headers).end();
      else response.writeHead(200, { ...headers, 'content-length': file.body.length }).end(file.body);
      return true;
    },
  };
}

function filesIn(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && Object.hasOwn(types, extname(entry.name)))
    .map(({ parentPath, name }) => join(parentPath, name));
}

function readPageFile(file: string): PageFile {
  const body = readFileSync(file);
  return {
    body,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    type: types[extname(file)] ?? '',
    // The names of assets carry a hash of what they hold.
    caching: file.includes(`${sep}assets${sep}`) ? 'max-age=31536000, immutable' : 'no-cache',
  };
}
