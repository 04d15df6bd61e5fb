/** What the product makes of values that clients give: which of them it takes for a number, an integer, a truth; the rest are its quirks. */
import { z } from 'zod';

const integerMax = 2_147_483_647;
const bigintMax = 2n ** 63n - 1n;

/** What PostgreSQL takes for an `integer`, given as text, number, or anything else that a client sends. */
export function isDatabaseInteger(value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  return /^-?\d{1,10}$/.test(text) && Math.abs(Number(text)) <= integerMax;
}

/** What JavaScript takes for a whole number, and PostgreSQL for a `bigint`. */
export function isQuestionNumber(text: string): boolean {
  const number = String(Number(text));
  return /^-?\d+$/.test(number) && [1n, -1n].some((sign) => BigInt(number) * sign >= 0n && BigInt(number) * sign <= bigintMax);
}

/** Whether PostgreSQL can keep the text. */
export function isKeptText(text: string): boolean {
  return !text.includes('\0');
}

export const keptText = z.string().refine(isKeptText);

/** The fields of a body; none when it is no object. */
export function givenFields(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
