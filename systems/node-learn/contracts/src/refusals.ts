/** The bodies that every Node-Learn route uses for its refusals. */
import { z } from 'zod';

/** An HTTP error with a text of its own. */
export const refusal = (statusCode: number, error: string) =>
  z.strictObject({ message: z.string(), error: z.literal(error), statusCode: z.literal(statusCode) });

/** An HTTP error without one, and everything that is not an HTTP error. */
export const bareRefusal = (statusCode: number, message: string) =>
  z.strictObject({ statusCode: z.literal(statusCode), message: z.literal(message) });

/** Whatever was thrown, the client learns nothing about it. */
export const serverError = {
  description: 'Something failed that is not the client’s to mend',
  body: bareRefusal(500, 'Internal server error'),
};

/** What is answered to a body before any route sees it. */
/** Worded by the parser of bodies; what it unpacks before it reads has no name of its own. */
const unreadable = (status: number) => z.strictObject({ statusCode: z.literal(status), message: z.string() });
export const malformed = z.union([refusal(400, 'Bad Request'), unreadable(400)]);
export const malformedBody = { description: 'The body is not JSON, or not packed as it says', body: malformed };
export const unreadableBody = {
  description: 'The body is in an encoding or a character set that nobody reads here',
  body: unreadable(415),
};
/** A percent sign in the path that begins no escape. */
export const malformedPath = { description: 'A parameter of the path cannot be decoded', body: refusal(400, 'Bad Request') };
export const tooLargeBody = { description: 'The body is larger than 100 kB, or has more than 1,000 fields', body: unreadable(413) };

/** With a flag: whoever it is not for. */
export const closed = { description: 'With its flag: it is for somebody else', body: bareRefusal(401, 'Unauthorized') };
