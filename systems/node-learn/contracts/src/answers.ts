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
