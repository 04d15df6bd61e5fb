/** The answers the gateway gives by itself, when nobody behind it can: one shape, said plainly, never cached. */
import type { ServerResponse } from 'node:http';
import { gatewayErrors, type GatewayErrorCode } from '../errors.ts';

const statusTexts: Record<number, string> = {
  400: 'Bad Request',
  413: 'Payload Too Large',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export interface OwnAnswer {
  readonly status: number;
  readonly code: GatewayErrorCode;
  readonly message: string;
  readonly retryAfterSeconds?: number;
  /** The connection cannot be used further. */
  readonly close?: boolean;
}

/** The JSON body of an answer of our own. */
export function ownBody(answer: OwnAnswer): string {
  const { status, code, message } = answer;
  return JSON.stringify({ message, error: statusTexts[status], statusCode: status, code, fix: gatewayErrors[code] });
}

/**
 * Sends it, when the head has not gone out yet.
 * @param allowOrigin whose browsers may read it: to them an answer without that is no answer, and they could not tell "ask again in a second" from a broken network
 */
export function sendOwnAnswer(response: ServerResponse, answer: OwnAnswer, traceId: string, allowOrigin: string | undefined): void {
  if (response.headersSent || response.destroyed) return;
  const body = ownBody(answer);
  const headers = [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    'Date',
    new Date().toUTCString(),
  ];
  if (answer.retryAfterSeconds !== undefined) headers.push('Retry-After', String(answer.retryAfterSeconds));
  if (traceId !== '') headers.push('X-Trace-ID', traceId);
  if (allowOrigin !== undefined) headers.push(...crossOriginHeaders(allowOrigin));
  if (answer.close === true) headers.push('Connection', 'close');
  response.writeHead(answer.status, statusTexts[answer.status], headers);
  response.end(body);
}

function crossOriginHeaders(origin: string): string[] {
  const exposed = 'Retry-After, X-Trace-ID';
  return [
    'Access-Control-Allow-Origin',
    origin,
    'Vary',
    'Origin',
    'Access-Control-Allow-Credentials',
    'true',
    'Access-Control-Expose-Headers',
    exposed,
  ];
}
