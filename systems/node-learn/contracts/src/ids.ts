/** Ids are decimal text in events and numbers in tables; this is the one place where one becomes the other. */
import { z } from 'zod';

/** An id as events carry it. */
export const idSchema = () => z.string().regex(/^[0-9]+$/);

/** The id of a row as events carry it. Throws RangeError for what is no whole number from 0 that JavaScript can hold. */
export function idToText(id: number | string | bigint): string {
  return String(textToId(String(id)));
}

/**
 * The id of an event as tables hold it. Throws RangeError naming the text when it is no decimal number, when JavaScript cannot hold it, and when it
 * is not written as `idToText` writes it: one row has one text, because the text is also its partition key.
 */
export function textToId(text: string): number {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || String(id) !== text || id < 0) throw new RangeError(`"${text}" is not the decimal text of an id.`);
  return id;
}
