/** Gives every answer the headers Express gives it: powered-by, cross-origin, content type, length, weak ETag, 304. */
import type { IncomingMessage } from 'node:http';
import cors, { type CorsOptions } from 'cors';
import etag from 'etag';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fresh from 'fresh';
import { ExpressLikeResponse } from './response.ts';

/** Must be called before routes and other hooks are added. Preflights are answered here. */
export function answerLikeExpress(server: FastifyInstance, origins: CorsOptions = {}): void {
  const allowOrigins = cors(origins);
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.setHeader('X-Powered-By', 'Express');
    allowOrigins(request.raw, reply.raw, done);
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    done(null, finish(request, reply, payload));
  });
}

/** What Express's `res.send` does to an answer; `res.redirect` and streams set their own length and are left alone. */
function finish(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (payload === undefined || payload === null) {
    return reply.hasHeader('content-length') ? payload : withoutLength(reply, payload);
  }
  const isBody = typeof payload === 'string' || Buffer.isBuffer(payload);
  if (!isBody || reply.hasHeader('content-length')) return payload;
  const body = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  void reply.header('content-length', body.length);
  if (!reply.hasHeader('etag')) void reply.header('etag', etag(body, { weak: true }));
  if (!isFresh(request.raw, reply)) return body;
  void reply.code(304).removeHeader('content-type').removeHeader('content-length');
  return withoutLength(reply, '');
}

/** Conditional requests count for GET and HEAD with a successful answer only. */
function isFresh(request: IncomingMessage, reply: FastifyReply): boolean {
  const { statusCode } = reply;
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (statusCode < 200 || (statusCode >= 300 && statusCode !== 304)) return false;
  return fresh(request.headers, { etag: reply.getHeader('etag'), 'last-modified': reply.getHeader('last-modified') });
}

function withoutLength(reply: FastifyReply, payload: unknown): unknown {
  if (reply.raw instanceof ExpressLikeResponse) reply.raw.lengthIsImplied = true;
  return payload;
}
