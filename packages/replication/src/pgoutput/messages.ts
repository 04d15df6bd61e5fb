// The messages of PostgreSQL's pgoutput plug-in, protocol version 1, with column values left as text.

/** Column values in the order of the relation: text, null, or undefined for an unchanged TOAST value that was not sent. */
export type Tuple = readonly (string | null | undefined)[];

export interface RelationColumn {
  readonly name: string;
  readonly key: boolean;
  readonly typeId: number;
}

export interface Relation {
  readonly id: number;
  /** `schema.table` */
  readonly name: string;
  readonly columns: readonly RelationColumn[];
}

export type PgoutputMessage =
  | { readonly kind: 'begin'; readonly commitLsn: bigint; readonly commitTime: bigint; readonly xid: number }
  | { readonly kind: 'commit'; readonly commitLsn: bigint; readonly endLsn: bigint; readonly commitTime: bigint }
  | { readonly kind: 'origin'; readonly name: string }
  | { readonly kind: 'relation'; readonly relation: Relation }
  | { readonly kind: 'type' }
  | { readonly kind: 'insert'; readonly relationId: number; readonly row: Tuple }
  | { readonly kind: 'update'; readonly relationId: number; readonly old: Tuple | undefined; readonly row: Tuple }
  | { readonly kind: 'delete'; readonly relationId: number; readonly old: Tuple }
  | { readonly kind: 'truncate'; readonly relationIds: readonly number[] }
  | {
      readonly kind: 'message';
      readonly transactional: boolean;
      readonly lsn: bigint;
      readonly prefix: string;
      readonly content: string;
    };
