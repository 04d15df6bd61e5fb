/** What a client is told while this program may not write: another one owns the rows, or a cutover is under way. */
import { HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** A cutover is over sooner. */
const retryAfterSeconds = '1';

/** Answers 503, and when to ask again. */
export function refuseWrite(reply: FastifyReply): never {
  void reply.header('retry-after', retryAfterSeconds);
  throw new HttpException({ statusCode: 503, message: 'Service Unavailable' }, 503);
}
