/** What the quiz service answers other services that keep a copy of its modes: GET /internal/modes, and of one GET /internal/modes/:id. */
import { z } from 'zod';
import { idSchema } from './ids.ts';
import { snapshotOf } from './snapshots.ts';

/** Only that there is one. No event tells of modes, so `sequence` is always "0". */
const modeRef = z.object({ key: idSchema(), sequence: z.literal('0'), data: z.strictObject({}) });

export const modeRefs = snapshotOf(modeRef);
