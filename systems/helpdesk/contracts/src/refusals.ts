/** The bodies that every Helpdesk route uses for its refusals. */
import type { ResponseContract } from '@banyan/contract';
import { z } from 'zod';

/** Refused by a rule, in words of its own. */
export const refusal = (statusCode: number, error: string) =>
  z.strictObject({ message: z.string(), error: z.literal(error), statusCode: z.literal(statusCode) });

/** Without a reason: bad tokens, and everything that nobody has foreseen. */
const bareRefusal = (statusCode: number, message: string) =>
  z.strictObject({ statusCode: z.literal(statusCode), message: z.literal(message) });

/** What is wrong with the fields of a body, field by field; of a path or a body that cannot be read, a sentence. */
export const invalid = {
  description: 'Fields that are wrong, a body that is not JSON, or a path that cannot be decoded',
  body: z.strictObject({
    message: z.union([z.array(z.string()), z.string()]),
    error: z.literal('Bad Request'),
    statusCode: z.literal(400),
  }),
};

export const unauthorized = { description: 'No good token of a user who exists', body: bareRefusal(401, 'Unauthorized') };
export const forbidden = { description: 'For administrators', body: refusal(403, 'Forbidden') };

/** Worded by the parser of bodies. */
const unreadable = (status: number) => z.strictObject({ statusCode: z.literal(status), message: z.string() });
export const tooLarge = { description: 'The body is larger than 100 KiB', body: unreadable(413) };
export const unreadableBody = {
  description: 'The body is in an encoding or a character set that nobody reads here',
  body: unreadable(415),
};

/** Whatever was thrown, the client learns nothing about it. */
export const serverError = (description: string, quirk?: ResponseContract['quirk']): ResponseContract => ({
  description,
  body: bareRefusal(500, 'Internal server error'),
  ...(quirk === undefined ? {} : { quirk }),
});

export const notNow = {
  description: 'This program may not write now; somebody else may, or will in a moment',
  headers: { 'Retry-After': 'Seconds' },
  body: bareRefusal(503, 'Service Unavailable'),
};

/** PostgreSQL keeps no NUL. */
export function hasNul(value: unknown): boolean {
  return JSON.stringify(value ?? null).includes('\\u0000');
}
