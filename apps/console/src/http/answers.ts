/** How the console answers: headers that every answer carries, JSON, and refusals as {error:{code,message,fix}}. */
import type { ServerResponse } from 'node:http';
import { ConsoleError, errorCatalogue, type ConsoleErrorCode } from '../errors.ts';

/** Nothing is loaded from elsewhere, nothing frames the page, and no address of it is told to others. */
const everyAnswer: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export function secure(response: ServerResponse): void {
  for (const [name, value] of Object.entries(everyAnswer)) response.setHeader(name, value);
}

/** `text` is JSON already. */
export function sendJson(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(text);
}

const statusByCode: Partial<Record<ConsoleErrorCode, number>> = {
  CONSOLE_HOST: 403,
  CONSOLE_NOT_SIGNED_IN: 401,
  CONSOLE_LINK_REFUSED: 401,
  CONSOLE_ROUTE_UNKNOWN: 404,
  CONSOLE_FULL: 503,
  CONSOLE_CONTROLLER_AWAY: 502,
};

export function sendRefusal(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!(error instanceof ConsoleError)) {
    process.stderr.write(`${JSON.stringify({ level: 'error', msg: 'a request failed', error: String(error) })}\n`);
    sendJson(
      response,
      500,
      JSON.stringify({ error: { code: 'CONSOLE_FAULT', message: 'The console failed.', fix: 'Load the page again.' } }),
    );
    return;
  }
  const { code, message } = error;
  sendJson(response, statusByCode[code] ?? 500, JSON.stringify({ error: { code, message, fix: errorCatalogue[code].fix } }));
}
