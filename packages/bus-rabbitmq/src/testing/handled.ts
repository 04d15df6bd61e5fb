/** Effects as lines of a file, in the order of handling, by however many processes: what a checker counts afterwards. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Order } from '@banyan/bus/numbered-orders';

export interface Handled {
  readonly id: string;
  readonly key: string;
  readonly number: number;
  readonly worker: string;
}

export function noteIn(file: string, worker: string): (orders: readonly Order[]) => Promise<void> {
  return async (orders) => {
    const lines = orders.map(({ id, data }) => `${JSON.stringify({ id, ...data, worker })}\n`);
    appendFileSync(file, lines.join(''));
  };
}

export function readHandled(file: string): readonly Handled[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Handled);
}

/** One sentence per finding. Something handled twice is no fault of a bus that delivers at least once; what is new of a key comes in its order. */
export function findDisorder(handled: readonly Handled[]): string[] {
  const last = new Map<string, number>();
  const seen = new Set<string>();
  const found: string[] = [];
  for (const { id, key, number } of handled) {
    if (seen.has(id)) continue;
    seen.add(id);
    const before = last.get(key) ?? 0;
    if (number !== before + 1) found.push(`${key}: ${number} came after ${before}`);
    last.set(key, number);
  }
  return found;
}
