/** The share of clients that a canary serves: a client's bucket never changes, so a growing share only ever adds clients. */

/** Buckets are hundredths of a percent. */
export const bucketCount = 10_000;

/**
 * The bucket of a client, from 0 to 9,999, stable for ever.
 * The hash is GrowthBook's version 2 (FNV-1a 32 bit, taken twice), checked by its published vectors.
 */
export function bucketOf(seed: string, client: string): number {
  return fnv1a32(String(fnv1a32(seed + client))) % bucketCount;
}

/** Whether a bucket is within a share; 0 is nobody and 100 everybody, exactly. */
export function isWithinShare(bucket: number, sharePercent: number): boolean {
  return bucket < sharePercent * (bucketCount / 100);
}

function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash ^= text.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
