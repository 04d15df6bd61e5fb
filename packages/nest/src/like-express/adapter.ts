/** NestJS on Fastify, answering byte for byte as NestJS on Express does. */
import { createServer, type RequestListener } from 'node:http';
import { parse } from 'node:querystring';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerLikeExpress } from './answers.ts';
import { readBodiesLikeExpress } from './request-bodies.ts';
import { ExpressLikeResponse } from './response.ts';

/** Node's own default, which an Express program shows in `Keep-Alive: timeout=5`. */
const keepAliveTimeoutMs = 5_000;

export class ExpressLikeAdapter extends FastifyAdapter {
  constructor() {
    super({
      forceCloseConnections: 'idle',
      return503OnClosing: false,
      keepAliveTimeout: keepAliveTimeoutMs,
      routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, querystringParser: (text) => parse(text), maxParamLength: 16_384 },
      serverFactory: (handler: RequestListener) =>
        createServer({ ServerResponse: ExpressLikeResponse as never, keepAliveTimeout: keepAliveTimeoutMs }, handler),
      frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
        const message = `Cannot ${request.method} ${request.raw.url}`;
        void reply.code(404).send({ message, error: 'Not Found', statusCode: 404 });
      },
    });
    const server = this.getInstance();
    answerLikeExpress(server);
    readBodiesLikeExpress(server);
    server.addHook('onReady', (done) => {
      server.server.removeAllListeners('clientError'); // unreadable requests get Node's own short answer, as on Express
      done();
    });
  }

  /** Express calls a text HTML unless told otherwise. */
  override reply(...[response, body, status]: Parameters<FastifyAdapter['reply']>): ReturnType<FastifyAdapter['reply']> {
    if (typeof body === 'string' && 'header' in response && !response.hasHeader('content-type')) {
      void response.header('content-type', 'text/html; charset=utf-8');
    }
    return super.reply(response, body, status);
  }
}
