/** The documents of the system behind the gateway, as files that somebody else has written. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdminHandler } from './admin.ts';

const html = 'text/html; charset=utf-8';
const files = {
  'GET /docs': ['index.html', html],
  'GET /docs/': ['index.html', html],
  'GET /docs/openapi.json': ['openapi.json', 'application/json'],
  'GET /docs/asyncapi.json': ['asyncapi.json', 'application/json'],
} as const;

/** Without a folder there is nothing. */
export function docsHandlers(directory: string | undefined): Record<string, AdminHandler> {
  if (directory === undefined) return {};
  const handler = ([name, type]: readonly [string, string]): AdminHandler => {
    return async () => ({ status: 200, body: await readFile(join(directory, name), 'utf8'), type });
  };
  return Object.fromEntries(Object.entries(files).map(([route, file]) => [route, handler(file)]));
}
