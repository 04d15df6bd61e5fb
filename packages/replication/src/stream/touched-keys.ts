// Remembers which keys the applier has written, up to a limit.
import { type RowChange, keyText } from '../apply/change.ts';
import type { TouchedKeys } from './options.ts';

export class TouchedKeySet {
  readonly #limit: number;
  #tables = new Map<string, Map<string, readonly string[]>>();
  #size = 0;
  #overflowed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(change: RowChange): void {
    if (change.kind === 'truncate') {
      this.#overflowed = true;
      return;
    }
    this.#addKey(change.pair.target.name, change.key);
    if (change.kind === 'rekey') this.#addKey(change.pair.target.name, change.oldKey);
  }

  take(): TouchedKeys {
    const tables = new Map([...this.#tables].map(([table, keys]) => [table, [...keys.values()]]));
    const overflowed = this.#overflowed;
    this.#tables = new Map();
    this.#size = 0;
    this.#overflowed = false;
    return { tables, overflowed };
  }

  giveBack(touched: TouchedKeys): void {
    for (const [table, keys] of touched.tables) for (const key of keys) this.#addKey(table, key);
    this.#overflowed ||= touched.overflowed;
  }

  #addKey(table: string, key: readonly string[]): void {
    if (this.#overflowed) return;
    let keys = this.#tables.get(table);
    if (keys === undefined) this.#tables.set(table, (keys = new Map()));
    const text = keyText(key);
    if (keys.has(text)) return;
    if (this.#size >= this.#limit) {
      this.#overflowed = true;
      this.#tables.clear();
      return;
    }
    keys.set(text, key);
    this.#size += 1;
  }
}
