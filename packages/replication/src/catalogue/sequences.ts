// Sequences that feed the columns of tables, and carrying their values to the other side.
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { quoteTable } from '../postgres/identifiers.ts';
import type { SqlSession } from '../postgres/session.ts';
import type { ReplicatedTable } from '../stream/options.ts';

export interface TableSequence {
  readonly table: string;
  readonly column: string;
  /** `schema.sequence` */
  readonly sequence: string;
  readonly ascending: boolean;
  /** The column holds the numbers themselves, not a text made of them. */
  readonly isNumber: boolean;
}

/** Sequences of identity columns, serial columns, and any column whose default calls nextval. */
export async function loadSequences(session: SqlSession, tables: readonly string[]): Promise<TableSequence[]> {
  const found = await session.query(
    `select distinct tn.nspname || '.' || t.relname as table_name, a.attname as column_name,
            sn.nspname || '.' || s.relname as sequence_name, q.seqincrement > 0 as ascending,
            a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) as is_number
     from pg_catalog.pg_class t
     join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
     join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0
     left join pg_catalog.pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
     join pg_catalog.pg_depend p on (p.classid = 'pg_catalog.pg_attrdef'::regclass and p.objid = d.oid and p.refclassid = 'pg_catalog.pg_class'::regclass)
       or (p.classid = 'pg_catalog.pg_class'::regclass and p.refclassid = 'pg_catalog.pg_class'::regclass
           and p.refobjid = t.oid and p.refobjsubid = a.attnum and p.deptype in ('a', 'i'))
     join pg_catalog.pg_class s on s.relkind = 'S' and s.oid = case when p.classid = 'pg_catalog.pg_attrdef'::regclass then p.refobjid else p.objid end
     join pg_catalog.pg_namespace sn on sn.oid = s.relnamespace
     join pg_catalog.pg_sequence q on q.seqrelid = s.oid
     where tn.nspname || '.' || t.relname = any($1) order by 1, 2`,
    [tables],
  );
  return found.rows.map((row) => ({
    table: row['table_name'] as string,
    column: row['column_name'] as string,
    sequence: row['sequence_name'] as string,
    ascending: row['ascending'] === true,
    isNumber: row['is_number'] === true,
  }));
}

export interface SequencePair {
  readonly from: TableSequence;
  readonly to: TableSequence;
}

/** Pairs the sequences of both sides by table and column. A column that draws from a sequence on one side only is left alone. */
export function pairSequences(
  from: readonly TableSequence[],
  to: readonly TableSequence[],
  tables: readonly ReplicatedTable[],
): SequencePair[] {
  const pairs: SequencePair[] = [];
  for (const table of tables) {
    for (const sequence of from.filter((candidate) => candidate.table === table.source)) {
      const other = to.find((candidate) => candidate.table === table.target && candidate.column === sequence.column);
      if (other !== undefined) pairs.push({ from: sequence, to: other });
    }
  }
  return pairs;
}

/**
 * Sets the sequences of `to` so far on that neither side has handed out what comes next. Values only move forward, also when the
 * cutover is cancelled later: a gap is harmless, a repeated key is not.
 */
export async function carrySequences(from: Client, to: Client, pairs: readonly SequencePair[]): Promise<void> {
  if (pairs.length === 0) return;
  const reads = pairs.map((pair, index) => `select ${index} as place, last_value::text, is_called from ${quoteTable(pair.from.sequence)}`);
  const found = await from.query<{ place: number; last_value: string; is_called: boolean }>(reads.join(' union all '));
  const writes = found.rows.map((row) => {
    const pair = pairs[row.place];
    if (pair === undefined) throw new RangeError('a place outside the pairs');
    const name = quoteTable(pair.to.sequence);
    const value = `${escapeLiteral(row.last_value)}::bigint`;
    const ahead = pair.to.ascending ? '>' : '<';
    const literal = `${escapeLiteral(name)}::regclass`;
    return `select pg_catalog.setval(${literal}, ${value}, ${row.is_called}) from ${name}
      where ${value} ${ahead} last_value or (${value} = last_value and ${row.is_called} and not is_called)`;
  });
  await to.query(writes.join('; '));
}

/** So many numbers are left out, where there is room for them: the side that is lost may have handed them out. */
const leftOut = 10_000;

/**
 * Sets sequences past the keys that are there, when nobody can be asked how far they had come. Values only move on. Answers what each
 * continues after.
 */
export async function raiseSequences(session: Client, sequences: readonly TableSequence[]): Promise<RaisedSequence[]> {
  const raised: RaisedSequence[] = [];
  for (const one of sequences) {
    const found = await session.query<{ value: string }>(raising(one));
    raised.push({ sequence: one.sequence, continuesAfter: found.rows[0]?.value ?? '' });
  }
  return raised;
}

export interface RaisedSequence {
  readonly sequence: string;
  /** Decimal. */
  readonly continuesAfter: string;
}

function raising({ table, column, sequence, ascending, isNumber }: TableSequence): string {
  const name = quoteTable(sequence);
  const furthest = ascending ? 'greatest' : 'least';
  const keys = isNumber ? `(select ${ascending ? 'max' : 'min'}(${escapeIdentifier(column)})::bigint from ${quoteTable(table)})` : 'null';
  const end = ascending ? 'd.seqmax' : 'd.seqmin';
  const step = ascending ? leftOut : -leftOut;
  return `select pg_catalog.setval(d.seqrelid, case when abs(${end}::numeric - now.value) > ${leftOut * 2} then now.value + ${step} else now.value end)::text as value
    from pg_catalog.pg_sequence d, ${name} s, lateral (select ${furthest}(s.last_value, ${keys}) as value) now
    where d.seqrelid = ${escapeLiteral(name)}::regclass`;
}
