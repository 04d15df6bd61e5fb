/** Which partition a key belongs to: the same for ever, on every machine, whatever broker is behind. */

/** FNV-1a of 32 bits over the UTF-8 bytes, folded with a final mix so that its low bits depend on all of the key. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) % partitions;
}
