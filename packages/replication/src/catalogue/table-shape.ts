// What the catalogue says of a table: its columns, its key, and whether two tables can carry the same rows.
import { escapeIdentifier } from 'pg';
import { ReplicationError } from '../errors.ts';
import { parseTableName, quoteTable } from '../postgres/identifiers.ts';
import type { SqlSession } from '../postgres/session.ts';

export interface ColumnShape {
  readonly name: string;
  /** As in DDL, with schema unless built in: `integer`, `character varying(255)`, `public.question_type`. */
  readonly type: string;
  readonly notNull: boolean;
  /** GENERATED ALWAYS AS IDENTITY. */
  readonly identityAlways: boolean;
  /** Computed by the server; never copied. */
  readonly generated: boolean;
}

export interface TableShape {
  readonly name: string;
  readonly kind: string;
  readonly columns: readonly ColumnShape[];
  /** Columns of the replica identity, or of the primary key when that is FULL; empty when there is none. */
  readonly key: readonly string[];
  readonly replicaIdentity: 'default' | 'index' | 'full' | 'nothing';
  readonly rowSecurity: boolean;
}

/** A pair of tables whose rows are the same. */
export interface TablePair {
  readonly source: TableShape;
  readonly target: TableShape;
  /** Columns that are copied, in one order for both sides: the key first, the rest by name. */
  readonly columns: readonly ColumnShape[];
  readonly key: readonly string[];
}

const columnsQuery = `
  select a.attname as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
         a.attidentity = 'a' as identity_always, a.attgenerated <> '' as generated
  from pg_catalog.pg_attribute a where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`;

const keyQuery = `
  select a.attname as name
  from pg_catalog.pg_index i
  cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, position)
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
  where i.indrelid = $1 and i.indisvalid and i.indimmediate and k.position <= i.indnkeyatts
    and case when $2 = 'i' then i.indisreplident else i.indisprimary end
  order by k.position`;

const identities = { d: 'default', i: 'index', f: 'full', n: 'nothing' } as const;

/** Reads the shape of a table, or answers undefined when there is no such table. */
export async function loadTableShape(session: SqlSession, name: string): Promise<TableShape | undefined> {
  const { schema, table } = parseTableName(name);
  const found = await session.query(
    `select c.oid, c.relkind as kind, c.relreplident as identity, pg_catalog.row_security_active(c.oid) as row_security
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
    [schema, table],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  const columns = await session.query(columnsQuery, [row['oid']]);
  const key = await session.query(keyQuery, [row['oid'], row['identity']]);
  return {
    name: `${schema}.${table}`,
    kind: row['kind'] as string,
    columns: columns.rows.map((column) => ({
      name: column['name'] as string,
      type: column['type'] as string,
      notNull: column['not_null'] === true,
      identityAlways: column['identity_always'] === true,
      generated: column['generated'] === true,
    })),
    key: row['identity'] === 'n' ? [] : key.rows.map((column) => column['name'] as string),
    replicaIdentity: identities[row['identity'] as keyof typeof identities],
    rowSecurity: row['row_security'] === true,
  };
}

/** As loadTableShape; throws REPLICATION_TABLE_MISSING. */
async function requireTableShape(session: SqlSession, name: string, side: string): Promise<TableShape> {
  const shape = await loadTableShape(session, name);
  if (shape !== undefined) return shape;
  throw new ReplicationError('REPLICATION_TABLE_MISSING', `Table ${name} does not exist on the ${side}.`);
}

/** Says in sentences why rows of `source` do not fit `target`; empty when they do. */
export function describeMismatch(source: TableShape, target: TableShape): string[] {
  const problems: string[] = [];
  const targets = new Map(target.columns.map((column) => [column.name, column]));
  for (const column of source.columns) {
    const other = targets.get(column.name);
    targets.delete(column.name);
    if (other === undefined) problems.push(`column ${column.name} is missing on the target`);
    else if (other.type !== column.type)
      problems.push(`column ${column.name} is ${column.type} on the source, ${other.type} on the target`);
    else if (other.generated !== column.generated) problems.push(`column ${column.name} is generated on one side only`);
    else if (other.notNull && !column.notNull) problems.push(`column ${column.name} is NOT NULL on the target only`);
  }
  for (const name of targets.keys()) problems.push(`column ${name} is missing on the source`);
  return problems;
}

export interface PairOptions {
  /** Accept a target that lost its key, as verify and repair do: that is where doubled rows come from. */
  readonly keylessTarget?: boolean;
}

/** Pairs two shapes; throws REPLICATION_TABLE_MISMATCH or REPLICATION_KEY_MISSING. */
function pairTables(source: TableShape, target: TableShape, options: PairOptions = {}): TablePair {
  const problems = describeMismatch(source, target);
  if (problems.length > 0) {
    throw new ReplicationError('REPLICATION_TABLE_MISMATCH', `${source.name} does not fit ${target.name}: ${problems.join('; ')}.`);
  }
  if (source.key.length === 0) throw keyMissing(source.name, 'source');
  const keyless = target.key.length === 0 && options.keylessTarget === true;
  if (target.key.length === 0 && !keyless) throw keyMissing(target.name, 'target');
  if (!keyless && [...source.key].sort().join() !== [...target.key].sort().join()) {
    const message = `The key of ${source.name} is (${source.key.join(', ')}), that of ${target.name} (${target.key.join(', ')}).`;
    throw new ReplicationError('REPLICATION_TABLE_MISMATCH', message);
  }
  const keyNames = new Set(source.key);
  const copied = target.columns.filter((column) => !column.generated);
  const keyColumns = source.key.map((name) => copied.find((column) => column.name === name)).filter((column) => column !== undefined);
  const rest = copied.filter((column) => !keyNames.has(column.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { source, target, columns: [...keyColumns, ...rest], key: source.key };
}

export async function loadPairs(
  source: SqlSession,
  target: SqlSession,
  tables: readonly { readonly source: string; readonly target: string }[],
  options: PairOptions = {},
): Promise<TablePair[]> {
  const pairs: TablePair[] = [];
  for (const table of tables) {
    const sourceShape = await requireTableShape(source, table.source, 'source');
    pairs.push(pairTables(sourceShape, await requireTableShape(target, table.target, 'target'), options));
  }
  return pairs;
}

export function columnList(pair: Pick<TablePair, 'columns'>): string {
  return pair.columns.map((column) => escapeIdentifier(column.name)).join(', ');
}

export function targetTable(pair: Pick<TablePair, 'target'>): string {
  return quoteTable(pair.target.name);
}

function keyMissing(table: string, side: string): ReplicationError {
  return new ReplicationError(
    'REPLICATION_KEY_MISSING',
    `Table ${table} on the ${side} has no usable key; publishing it would make its own UPDATE and DELETE fail.`,
  );
}
