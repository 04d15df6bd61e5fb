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

/** Sends it, when the head has not gone out yet. */
export function sendOwnAnswer(response: ServerResponse, answer: OwnAnswer, traceId: string): void {
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
  if (answer.close === true) headers.push('Connection', 'close');
  response.writeHead(answer.status, statusTexts[answer.status], headers);
  response.end(body);
}
