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
export const malformedBody = { description: 'The body is not JSON', body: refusal(400, 'Bad Request') };
export const tooLargeBody = { description: 'The body is larger than 100 kB', body: bareRefusal(413, 'request entity too large') };
