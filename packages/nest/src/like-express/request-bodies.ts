/** Reads request bodies with Express's own parser before anything else looks at the request, so that refusals read the same. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import bodyParser from 'body-parser';
import type { FastifyInstance } from 'fastify';

type Parser = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** JSON and urlencoded up to 100 kB each; other types, and no body, leave `request.body` undefined. */
export function readBodiesLikeExpress(server: FastifyInstance): void {
  const parsers: readonly Parser[] = [bodyParser.json(), bodyParser.urlencoded({ extended: true })];
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.addHook('onRequest', (request, reply, done) => {
    parseWith(parsers, request.raw, reply.raw, (error) => {
      if (error === undefined) return done();
      const { status, body } = refusalOf(error as ParserError);
      return void reply.code(status).send(body);
    });
  });
  server.addHook('preValidation', (request, _reply, done) => {
    request.body = (request.raw as IncomingMessage & { body?: unknown }).body;
    done();
  });
}

function parseWith(parsers: readonly Parser[], request: IncomingMessage, response: ServerResponse, done: (error?: unknown) => void): void {
  const [parser, ...others] = parsers;
  if (parser === undefined) return done();
  parser(request, response, (error) => (error === undefined ? parseWith(others, request, response, done) : done(error)));
}

type ParserError = Error & { statusCode?: number };

/** NestJS words a syntax error as its own exception, and hands every other error of the parser on as it is. */
function refusalOf(error: ParserError): { status: number; body: Record<string, unknown> } {
  const { message, statusCode } = error;
  if (error instanceof SyntaxError) return { status: 400, body: { message, error: 'Bad Request', statusCode: 400 } };
  if (statusCode !== undefined) return { status: statusCode, body: { statusCode, message } };
  return { status: 500, body: { statusCode: 500, message: 'Internal server error' } };
}
