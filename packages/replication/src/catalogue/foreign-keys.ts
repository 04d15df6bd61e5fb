// Foreign keys from the catalogue: who references whom, and what is to happen to them.
import type { SqlSession } from '../postgres/session.ts';

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface ForeignKey {
  readonly name: string;
  /** The table that references. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly types: readonly string[];
  /** The table that is referenced. */
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** Columns that ON DELETE SET NULL or SET DEFAULT touches. */
  readonly onDeleteColumns: readonly string[];
}

const actions = { a: 'no action', r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' } as const;

/** Foreign keys that touch any of the tables, from either end. Those of partitions are left to their root. */
export async function loadForeignKeys(session: SqlSession, tables: readonly string[]): Promise<ForeignKey[]> {
  const version = await session.query("select current_setting('server_version_num')::int >= 150000 as has_columns");
  const setColumns = version.rows[0]?.['has_columns'] === true ? 'c.confdelsetcols' : 'null::int2[]';
  const found = await session.query(
    `select c.conname as name, cn.nspname || '.' || ct.relname as table_name, rn.nspname || '.' || rt.relname as referenced_name,
        ${attributeNames('c.conrelid', 'c.conkey')} as columns,
        (select array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) order by k.position)
         from unnest(c.conkey) with ordinality as k(attnum, position)
         join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum) as types,
        ${attributeNames('c.confrelid', 'c.confkey')} as referenced_columns,
        coalesce(${attributeNames('c.conrelid', setColumns)}, ${attributeNames('c.conrelid', 'c.conkey')}) as on_delete_columns,
        c.confdeltype as on_delete, c.confupdtype as on_update
     from pg_catalog.pg_constraint c
     join pg_catalog.pg_class ct on ct.oid = c.conrelid join pg_catalog.pg_namespace cn on cn.oid = ct.relnamespace
     join pg_catalog.pg_class rt on rt.oid = c.confrelid join pg_catalog.pg_namespace rn on rn.oid = rt.relnamespace
     where c.contype = 'f' and c.conparentid = 0
       and (cn.nspname || '.' || ct.relname = any($1) or rn.nspname || '.' || rt.relname = any($1))
     order by 2, 1`,
    [tables],
  );
  return found.rows.map((row) => ({
    name: row['name'] as string,
    table: row['table_name'] as string,
    columns: row['columns'] as string[],
    types: row['types'] as string[],
    referencedTable: row['referenced_name'] as string,
    referencedColumns: row['referenced_columns'] as string[],
    onDelete: actions[row['on_delete'] as keyof typeof actions],
    onUpdate: actions[row['on_update'] as keyof typeof actions],
    onDeleteColumns: row['on_delete_columns'] as string[],
  }));
}

function attributeNames(relation: string, numbers: string): string {
  return `(select array_agg(a.attname::text order by k.position) from unnest(${numbers}) with ordinality as k(attnum, position)
    join pg_catalog.pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;
}
