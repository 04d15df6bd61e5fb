/** A page of what a service shows of its rows to those who keep a copy; the next one is asked for with `?after=<next>`. */
import { z } from 'zod';

/** @param entry the data of one key, and in `sequence` the number of the key's last event that is in it, "0" before the first */
export const snapshotOf = <Entry extends z.ZodType<{ key: string; sequence: string; data: unknown }>>(entry: Entry) =>
  z.object({ entries: z.array(entry), next: z.string().optional() });
