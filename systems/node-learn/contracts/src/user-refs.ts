/** What the auth service answers other services that keep a copy of its users: GET /internal/users/refs, and with more fields GET /internal/users/:id. */
import { z } from 'zod';
import { idSchema } from './ids.ts';

/** Whom a copy needs to know: that there is one, and the name of now. */
export const userRef = z.object({ key: idSchema(), sequence: idSchema(), data: z.object({ userId: idSchema(), name: z.string() }) });
