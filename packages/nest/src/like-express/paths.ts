/** Reads paths as Express's router does: what is fixed in a route matches as written, parameters are percent-decoded, or refused. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Hides percent signs from Fastify's router, which would decode them before it matches. For Fastify's `rewriteUrl`. */
export function hideEscapes(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  return path.includes('%') ? path.replaceAll('%', '%25') + url.slice(path.length) : url;
}

/**
 * Decodes route parameters; one that cannot be decoded is answered with 400. So are the segments of an unknown path below the
 * prefix, because NestJS declares everything there as one parameter on Express.
 */
export function decodeParameters(server: FastifyInstance, prefix: () => string): void {
  server.addHook('onRequest', (request, reply, done) => {
    const parameters = request.is404 ? segmentsBelow(prefix(), request.originalUrl) : (request.params as Record<string, string>);
    const wrong = decodeInPlace(parameters);
    if (wrong === undefined) return done();
    return void reply.code(400).send(undecodable(wrong));
  });
}

/** Names the whole path, without its first slash. Must be called before bodies are read. */
export function refuseUnreadablePaths(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const path = (request.originalUrl.split('?', 1)[0] ?? '').slice(1);
    if (isDecodable(path)) return done();
    return void reply.code(400).send(undecodable(path));
  });
}

function undecodable(text: string): object {
  return { message: `Failed to decode param '${text}'`, error: 'Bad Request', statusCode: 400 };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function segmentsBelow(prefix: string, url: string): Record<string, string> {
  const path = url.split('?', 1)[0] ?? '';
  return path.toLowerCase().startsWith(`${prefix}/`)
    ? Object.fromEntries(
        path
          .slice(prefix.length + 1)
          .split('/')
          .entries(),
      )
    : {};
}

/** Gives the first value that cannot be decoded. */
function decodeInPlace(parameters: Record<string, string>): string | undefined {
  for (const [name, value] of Object.entries(parameters)) {
    if (!value.includes('%')) continue;
    try {
      parameters[name] = decodeURIComponent(value);
    } catch {
      return value;
    }
  }
  return undefined;
}
