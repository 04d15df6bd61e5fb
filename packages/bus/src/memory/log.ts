/** What was published, in order, spread over partitions by key. */

export interface StoredMessage {
  readonly type: string;
  readonly partitionKey: string;
  readonly text: string;
  readonly position: number;
}

export interface MemoryLog {
  readonly partitions: readonly (readonly StoredMessage[])[];
  append(message: Omit<StoredMessage, 'position'>): void;
}

export function createMemoryLog(count: number): MemoryLog {
  const partitions: StoredMessage[][] = Array.from({ length: count }, () => []);
  let position = 0;
  return {
    partitions,
    append: (message) => {
      position += 1;
      const partition = message.partitionKey === '' ? position % count : hash(message.partitionKey) % count;
      partitions[partition]!.push({ ...message, position });
    },
  };
}

/** FNV-1a, 32 bits: spreads short texts evenly. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
