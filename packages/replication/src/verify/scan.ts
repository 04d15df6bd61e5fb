// Compares whole tables: hashes per bucket on both servers first, rows only where the hashes differ.
import { type Client, escapeIdentifier } from 'pg';
import type { TablePair } from '../catalogue/table-shape.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { compareKey, type Row, type RowDifference } from './differences.ts';
import { columnsAsText } from './rows-by-key.ts';

export interface TableScan {
  readonly rows: number;
  readonly differences: readonly RowDifference[];
  /** False when more rows differ than are listed. */
  readonly complete: boolean;
}

const rowsPerBucket = 500;
const fetchRows = 1_000;

/** Both sessions are in the snapshots to compare. Stops listing at `limit` differences. */
export async function scanTable(source: Client, target: Client, pair: TablePair, limit: number): Promise<TableScan> {
  const mask = await bucketMask(source, pair);
  const [sources, targets] = await Promise.all([
    hashBuckets(source, pair.source.name, pair, mask),
    hashBuckets(target, pair.target.name, pair, mask),
  ]);
  let rows = 0;
  const differing = new Set<number>();
  for (const [bucket, hash] of sources) {
    rows += hash.rows;
    if (targets.get(bucket)?.text !== hash.text) differing.add(bucket);
  }
  for (const bucket of targets.keys()) if (!sources.has(bucket)) differing.add(bucket);
  if (differing.size === 0) return { rows, differences: [], complete: true };
  const where = `where ${bucketOf(pair, mask)} = any ('{${[...differing].join(',')}}'::bigint[])`;
  const { differences, complete } = await mergeJoin(
    rowGroups(source, pair.source.name, pair, where),
    rowGroups(target, pair.target.name, pair, where),
    pair,
    limit,
  );
  return { rows, differences, complete };
}

async function bucketMask(source: Client, pair: TablePair): Promise<number> {
  const found = await source.query<{ rows: string }>(
    `select greatest(reltuples, 0)::bigint::text as rows from pg_catalog.pg_class where oid = $1::regclass`,
    [quoteTable(pair.source.name)],
  );
  const wanted = Math.min(65_536, Math.max(16, Number(found.rows[0]?.rows ?? 0) / rowsPerBucket));
  return 2 ** Math.ceil(Math.log2(wanted)) - 1;
}

function bucketOf(pair: TablePair, mask: number): string {
  const key = pair.key.map((name) => `t.${escapeIdentifier(name)}`).join(', ');
  return `(pg_catalog.hashtextextended(row(${key})::text collate "C", 0) & ${mask})`;
}

async function hashBuckets(
  session: Client,
  table: string,
  pair: TablePair,
  mask: number,
): Promise<Map<number, { rows: number; text: string }>> {
  const row = pair.columns.map((column) => `t.${escapeIdentifier(column.name)}`).join(', ');
  const found = await session.query<{ bucket: string; rows: string; hash: string }>(
    `select ${bucketOf(pair, mask)}::text as bucket, count(*)::text as rows,
            sum(pg_catalog.hashtextextended(row(${row})::text collate "C", 1))::text as hash
     from ${quoteTable(table)} as t group by ${bucketOf(pair, mask)}`,
  );
  return new Map(found.rows.map((bucket) => [Number(bucket.bucket), { rows: Number(bucket.rows), text: `${bucket.rows} ${bucket.hash}` }]));
}

interface RowGroup {
  readonly key: readonly string[];
  readonly rows: readonly Row[];
}

/** All rows of one key at a time, in the order of the key's text in COLLATE "C", which is the order of its UTF-8 bytes. */
async function* rowGroups(session: Client, table: string, pair: TablePair, where: string): AsyncGenerator<RowGroup, void, void> {
  const order = pair.key.map((name) => `t.${escapeIdentifier(name)}::text collate "C"`).join(', ');
  await session.query(
    `declare banyan_rows no scroll cursor for select ${columnsAsText(pair)} from ${quoteTable(table)} as t ${where} order by ${order}`,
  );
  try {
    let group: { key: string[]; rows: Row[] } | undefined;
    for (;;) {
      const fetched = await session.query<(string | null)[]>({ rowMode: 'array', text: `fetch ${fetchRows} from banyan_rows` });
      for (const row of fetched.rows) {
        const key = row.slice(0, pair.key.length) as string[];
        if (group !== undefined && compareKeyText(group.key, key) === 0) {
          group.rows.push(row);
          continue;
        }
        if (group !== undefined) yield group;
        group = { key, rows: [row] };
      }
      if (fetched.rows.length < fetchRows) break;
    }
    if (group !== undefined) yield group;
  } finally {
    await session.query('close banyan_rows');
  }
}

async function mergeJoin(
  sources: AsyncGenerator<RowGroup, void, void>,
  targets: AsyncGenerator<RowGroup, void, void>,
  pair: TablePair,
  limit: number,
): Promise<{ differences: RowDifference[]; complete: boolean }> {
  const differences: RowDifference[] = [];
  let source = (await sources.next()).value ?? undefined;
  let target = (await targets.next()).value ?? undefined;
  while ((source !== undefined || target !== undefined) && differences.length < limit) {
    const order = source === undefined ? 1 : target === undefined ? -1 : compareKeyText(source.key, target.key);
    const key = (order <= 0 ? source?.key : target?.key) ?? [];
    const difference = compareKey(pair, key, order <= 0 ? (source?.rows ?? []) : [], order >= 0 ? (target?.rows ?? []) : []);
    if (difference !== undefined) differences.push(difference);
    if (order <= 0) source = (await sources.next()).value ?? undefined;
    if (order >= 0) target = (await targets.next()).value ?? undefined;
  }
  const complete = source === undefined && target === undefined;
  await sources.return();
  await targets.return();
  return { differences, complete };
}

function compareKeyText(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const order = Buffer.compare(Buffer.from(a[index] ?? ''), Buffer.from(b[index] ?? ''));
    if (order !== 0) return order;
  }
  return 0;
}
