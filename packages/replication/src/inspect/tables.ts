// Inspects the tables of a move: keys, rights, hidden rows, foreign keys, triggers, sequences.
import type { Client } from 'pg';
import { type ForeignKey, loadForeignKeys } from '../catalogue/foreign-keys.ts';
import { loadSequences } from '../catalogue/sequences.ts';
import { describeMismatch, loadTableShape, type TableShape } from '../catalogue/table-shape.ts';
import type { ReplicatedTable } from '../stream/options.ts';
import type { Finding } from './finding.ts';

export async function inspectPair(source: Client, target: Client, table: ReplicatedTable): Promise<Finding[]> {
  const shapes = [await loadTableShape(source, table.source), await loadTableShape(target, table.target)] as const;
  const findings: Finding[] = [];
  const sides = [
    { session: source, shape: shapes[0], name: table.source, side: 'source' },
    { session: target, shape: shapes[1], name: table.target, side: 'target' },
  ];
  for (const { session, shape, name, side } of sides) {
    if (shape === undefined) {
      const fix = 'Create it (start the service once so that it applies its schema).';
      findings.push({ code: 'TABLE_MISSING', severity: 'error', table: name, message: `${side}: table ${name} does not exist.`, fix });
    } else findings.push(...(await inspectTable(session, shape, side)));
  }
  const [sourceShape, targetShape] = shapes;
  if (sourceShape !== undefined && targetShape !== undefined) {
    for (const problem of describeMismatch(sourceShape, targetShape)) {
      const fix = 'Make both tables alike: ALTER TABLE on one side.';
      findings.push({
        code: 'TABLE_MISMATCH',
        severity: 'error',
        table: table.target,
        message: `${table.source} does not fit ${table.target}: ${problem}.`,
        fix,
      });
    }
  }
  return findings;
}

/** A table of which only this side is known. */
export async function inspectOne(session: Client, name: string, side: string): Promise<Finding[]> {
  const shape = await loadTableShape(session, name);
  if (shape !== undefined) return inspectTable(session, shape, side);
  const fix = 'Correct its name in the migration, schema first, or connect to the database that has it.';
  return [{ code: 'TABLE_MISSING', severity: 'error', table: name, message: `${side}: table ${name} does not exist.`, fix }];
}

async function inspectTable(session: Client, shape: TableShape, side: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const table = shape.name;
  const add = (code: Finding['code'], severity: Finding['severity'], message: string, fix: string) =>
    findings.push({ code, severity, table, message: `${side}: ${message}`, fix });
  if (shape.key.length === 0) {
    const fix = `ALTER TABLE ${table} ADD PRIMARY KEY (...); or a unique index over NOT NULL columns with REPLICA IDENTITY USING INDEX.`;
    add(
      'KEY_MISSING',
      'error',
      `${table} has no key (replica identity ${shape.replicaIdentity}); once published, its own UPDATE and DELETE fail.`,
      fix,
    );
  }
  if (shape.rowSecurity) {
    add(
      'ROW_SECURITY',
      'error',
      `row security hides rows of ${table} from this role.`,
      'ALTER ROLE ... BYPASSRLS; or connect as the owner of the table.',
    );
  }
  for (const column of shape.columns.filter((candidate) => candidate.generated)) {
    add('GENERATED_COLUMN', 'info', `${table}.${column.name} is computed by each side itself.`, 'Nothing to do.');
  }
  // By name: a role without the use of the schema may not say regclass.
  const facts = await session.query<{ unlogged: boolean; owned: boolean; owner: string; role: string }>(
    `select c.relpersistence <> 'p' as unlogged, pg_catalog.pg_has_role(c.relowner, 'usage') as owned,
       pg_catalog.pg_get_userbyid(c.relowner)::text as owner, current_user::text as role
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname || '.' || c.relname = $1`,
    [table],
  );
  const fact = facts.rows[0];
  if (fact?.unlogged === true)
    add('TABLE_UNLOGGED', 'error', `${table} is not logged, so its changes cannot be followed.`, `ALTER TABLE ${table} SET LOGGED;`);
  if (fact?.owned === false)
    add(
      'RIGHT_MISSING',
      'error',
      `this role does not own ${table}; publishing and fencing need the owner.`,
      `GRANT ${fact.owner} TO ${fact.role};`,
    );
  return findings;
}

/** What the catalogue says will happen around the tables once they have moved. */
export async function inspectSurroundings(session: Client, tables: readonly string[], side: string): Promise<Finding[]> {
  const foreignKeys = await loadForeignKeys(session, tables);
  return [
    ...foreignKeys.flatMap((key) => describeForeignKey(key, tables, side)),
    ...(await describeTriggers(session, tables, side)),
    ...(await describeSequences(session, tables, side)),
  ];
}

function describeForeignKey(key: ForeignKey, tables: readonly string[], side: string): Finding[] {
  const inside = tables.includes(key.table);
  if (inside && tables.includes(key.referencedTable)) return [];
  const name = `${key.name} (${key.table} -> ${key.referencedTable}, on delete ${key.onDelete}, on update ${key.onUpdate})`;
  const acts = [key.onDelete, key.onUpdate].some((action) => action !== 'no action' && action !== 'restrict');
  if (inside && acts) {
    const message = `${side}: ${name} changes rows of a moving table when ${key.referencedTable} changes here; such cascades pass the fence.`;
    return [
      {
        code: 'CASCADE_INTO',
        severity: 'warning',
        table: key.table,
        message,
        fix: `Move ${key.referencedTable} too, or let the new owner handle its deletions.`,
      },
    ];
  }
  if (inside) return [];
  if (acts) {
    const message = `${side}: ${name} is performed by the reverse stream after the move, because ${key.table} stays.`;
    return [{ code: 'CASCADE_OUT', severity: 'info', table: key.referencedTable, message, fix: 'Nothing to do.' }];
  }
  const message = `${side}: ${name} no longer guards ${key.referencedTable} once it has moved; a row that is still referenced can be deleted by the new owner.`;
  const fix = 'Let the new owner refuse such deletions; a dangling reference forbids the way back.';
  return [{ code: 'REFERENCE_UNGUARDED', severity: 'warning', table: key.referencedTable, message, fix }];
}

async function describeTriggers(session: Client, tables: readonly string[], side: string): Promise<Finding[]> {
  const found = await session.query<{ table: string; name: string; enabled: string }>(
    `select n.nspname || '.' || c.relname as table, t.tgname::text as name, t.tgenabled::text as enabled
     from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal and t.tgname <> 'banyan_fence' and n.nspname || '.' || c.relname = any($1) order by 1, 2`,
    [tables],
  );
  return found.rows.map((row): Finding => {
    if (row.enabled === 'A' || row.enabled === 'R') {
      const message = `${side}: trigger ${row.name} on ${row.table} fires also for replicated rows and may change them.`;
      return {
        code: 'TRIGGER_ALWAYS',
        severity: 'warning',
        table: row.table,
        message,
        fix: `ALTER TABLE ${row.table} ENABLE TRIGGER ${row.name};`,
      };
    }
    const message = `${side}: trigger ${row.name} on ${row.table} sleeps for replicated rows; its effects arrive with them.`;
    return {
      code: 'TRIGGER',
      severity: 'info',
      table: row.table,
      message,
      fix: 'The new owner needs the same trigger, or code that does the same.',
    };
  });
}

async function describeSequences(session: Client, tables: readonly string[], side: string): Promise<Finding[]> {
  const sequences = await loadSequences(session, tables);
  return sequences.map((sequence): Finding => {
    const message = `${side}: ${sequence.table}.${sequence.column} draws from ${sequence.sequence}, which is carried at each cutover.`;
    return { code: 'SEQUENCE', severity: 'info', table: sequence.table, message, fix: 'Nothing to do.' };
  });
}
