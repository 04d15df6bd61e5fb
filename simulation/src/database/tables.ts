/** What is committed in one service's database; changed only by transactions that commit, looked at by the checker. */
import type { NewSetAside, SetAside } from '@banyan/bus';
import type { EventEnvelope } from '@banyan/contract';

export interface Tables {
  /** By position. */
  readonly outbox: Map<number, EventEnvelope>;
  /** Drawn by transactions as they write, so positions show late and with gaps. */
  nextPosition: number;
  /** Last sequence by `source key`. */
  readonly sequences: Map<string, number>;
  /** Every event ever committed, with nothing ever deleted: for the checker alone. */
  readonly journal: EventEnvelope[];
  /** `handled` or `set-aside` by `group eventId`. */
  readonly inbox: Map<string, string>;
  setAside: KeptEntry[];
  nextSetAside: number;
  /** Rows of the service, by table and key. */
  readonly rows: Map<string, Map<string, string>>;
  /** In the order of commits: which event had its effect in which group. */
  readonly effects: Effect[];
  readonly fences: Map<string, { readonly actions: number; readonly undos: number }>;
  /** Last sequence in the copy, by key. */
  readonly copied: Map<string, number>;
  isFilled: boolean;
  /** Who is filling the copy, since when, and how far; without a filler it has given up. */
  filling: { readonly filler: string | undefined; readonly atMs: number; readonly upTo: string } | undefined;
}

export type KeptEntry = SetAside & { readonly dueAt: number };

export interface Effect {
  readonly group: string;
  readonly event: EventEnvelope;
}

export function createTables(): Tables {
  return {
    outbox: new Map(),
    nextPosition: 1,
    sequences: new Map(),
    journal: [],
    inbox: new Map(),
    setAside: [],
    nextSetAside: 1,
    rows: new Map(),
    effects: [],
    fences: new Map(),
    copied: new Map(),
    isFilled: false,
    filling: undefined,
  };
}

export function rowsOf(tables: Tables, table: string): Map<string, string> {
  const known = tables.rows.get(table) ?? new Map<string, string>();
  tables.rows.set(table, known);
  return known;
}

export function isBlocked({ setAside }: Tables, { group, partitionKey }: Pick<NewSetAside, 'group' | 'partitionKey'>): boolean {
  return setAside.some((entry) => entry.group === group && entry.partitionKey === partitionKey);
}
