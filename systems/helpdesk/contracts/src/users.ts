/** What of users is shown to others. */
import { z } from 'zod';

export const roles = ['AGENT', 'ADMIN'] as const;
export type Role = (typeof roles)[number];
export const role = z.enum(roles);

/** Any text is an id; those that the system makes are UUIDs. */
export const id = z.string();
const name = z.string().nullable();

/** How a user is shown beside what they did. */
export const userReference = { id, email: z.string(), firstName: name, lastName: name };

/** What services keep of the users that they show. */
export const userRef = z.object({ ...userReference, role });
