/** NestJS on Fastify, answering byte for byte as NestJS on Express does. */
import { createServer, type RequestListener } from 'node:http';
import { parse } from 'node:querystring';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { CorsOptions } from 'cors';
import { answerLikeExpress } from './answers.ts';
import { decodeParameters, hideEscapes, refuseUnreadablePaths } from './paths.ts';
import { nameRequests } from './request-ids.ts';
import { readBodiesLikeExpress } from './request-bodies.ts';
import { ExpressLikeResponse } from './response.ts';

/** Node's own default, which an Express program shows in `Keep-Alive: timeout=5`. */
const keepAliveTimeoutMs = 5_000;

/** What programs on Express do each in their own way. */
export interface ExpressHabits {
  /** As for Express's `cors`. Default: every origin is let in. */
  readonly cors?: Pick<CorsOptions, 'origin' | 'credentials'>;
  /** Every answer but a preflight says its `x-request-id`: the request's own, or a new one. Default: none does. */
  readonly namesRequests?: boolean;
  /** A path that cannot be decoded is refused as a whole, before its body is read. Default: by its wrong part, behind the body. */
  readonly refusesWholePaths?: boolean;
}

export class ExpressLikeAdapter extends FastifyAdapter {
  /** With a leading slash and in lower case; empty when routes begin at the root. */
  private prefix = '';

  constructor({ cors = {}, namesRequests = false, refusesWholePaths = false }: ExpressHabits = {}) {
    super({
      forceCloseConnections: 'idle',
      return503OnClosing: false,
      keepAliveTimeout: keepAliveTimeoutMs,
      routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, querystringParser: (text) => parse(text), maxParamLength: 16_384 },
      serverFactory: (handler: RequestListener) =>
        createServer({ ServerResponse: ExpressLikeResponse as never, keepAliveTimeout: keepAliveTimeoutMs }, handler),
      rewriteUrl: hideEscapes,
    });
    const server = this.getInstance();
    answerLikeExpress(server, cors);
    if (namesRequests) nameRequests(server);
    if (refusesWholePaths) refuseUnreadablePaths(server);
    readBodiesLikeExpress(server);
    decodeParameters(server, () => this.prefix);
    server.addHook('onReady', (done) => {
      server.server.removeAllListeners('clientError'); // unreadable requests get Node's own short answer, as on Express
      done();
    });
  }

  /** Express calls a text HTML unless told otherwise, and NestJS sends null there as no body at all. */
  override reply(...[response, body, status]: Parameters<FastifyAdapter['reply']>): ReturnType<FastifyAdapter['reply']> {
    if (typeof body === 'string' && 'header' in response && !response.hasHeader('content-type')) {
      void response.header('content-type', 'text/html; charset=utf-8');
    }
    return super.reply(response, body ?? undefined, status);
  }

  /** NestJS also names the prefix, although the type of the base class does not say so. */
  override setNotFoundHandler(
    handler: Parameters<FastifyAdapter['setNotFoundHandler']>[0],
    prefix = '',
  ): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    this.prefix = prefix === '' ? '' : `/${prefix.toLowerCase().replace(/^\/|\/$/g, '')}`;
    return super.setNotFoundHandler(handler);
  }
}
