/** Arrays of text as PostgreSQL takes them in binary: nothing is quoted here, and nothing unquoted there. */

const textOid = 25;
const headerBytes = 20;

/** One dimension, from 1; each element with its length before it, -1 for null (`array_recv` of the server). */
export function toTextArray(values: readonly (string | null)[]): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : Buffer.byteLength(value)));
  const array = Buffer.allocUnsafe(lengths.reduce((bytes, length) => bytes + 4 + Math.max(0, length), headerBytes));
  const header = [values.length === 0 ? 0 : 1, lengths.includes(-1) ? 1 : 0, textOid, values.length, 1];
  let at = 0;
  for (const field of header) at = array.writeInt32BE(field, at);
  for (const [place, value] of values.entries()) {
    at = array.writeInt32BE(lengths[place]!, at);
    if (value !== null) at += array.write(value, at);
  }
  return array;
}
