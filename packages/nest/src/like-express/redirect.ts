/** Redirects with the body and headers of Express's `res.redirect`. */
import { STATUS_CODES } from 'node:http';
import accepts from 'accepts';
import encodeUrl from 'encodeurl';
import escapeHtml from 'escape-html';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends the client to the address: plain text, HTML where it prefers that, no body where it accepts neither. */
export function redirectLikeExpress(request: FastifyRequest, reply: FastifyReply, address: string, status = 302): FastifyReply {
  const location = encodeUrl(address);
  const title = STATUS_CODES[status] ?? String(status);
  const kind = accepts(request.raw).type(['text', 'html']);
  void reply.code(status).header('location', location).header('vary', 'Accept');
  if (kind === false) return reply.header('content-length', '0').send();
  const body = bodies[kind as 'text' | 'html'](title, location);
  void reply.header('content-type', kind === 'html' ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8');
  return reply.header('content-length', Buffer.byteLength(body)).send(body);
}

const bodies = {
  text: (title: string, location: string) => `${title}. Redirecting to ${location}`,
  html: (title: string, location: string) =>
    `<!DOCTYPE html><head><title>${title}</title></head><body><p>${title}. Redirecting to ${escapeHtml(location)}</p></body>`,
};

/** A redirect without body and without `Vary`, as sign-in strategies on Express send it. */
export function redirectWithoutBody(reply: FastifyReply, address: string, status = 302): FastifyReply {
  return reply.code(status).header('location', address).header('content-length', '0').send();
}
