/** What a client is told while this program may not write: another one owns the rows, or a cutover is under way. */
import { HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** A cutover is over sooner. */
const retryAfterSeconds = '1';

/** Answers 503, and when to ask again. A handler whose error says so itself (`isRefusedWrite`) need not do it. */
export function refuseWrite(reply: FastifyReply): never {
  throw writeRefused(reply);
}

/** What to throw; the header is in the answer already. */
export function writeRefused(reply: FastifyReply): HttpException {
  void reply.header('retry-after', retryAfterSeconds);
  return new HttpException({ statusCode: 503, message: 'Service Unavailable' }, 503);
}
