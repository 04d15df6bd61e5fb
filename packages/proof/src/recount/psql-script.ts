// Writes what a person needs to count again without us: a psql script that loads the kept files.
import { basename, relative } from 'node:path';
import { escapeLiteral } from 'pg';
import { type CopiedTable, ledgerFormat, tableStatement } from './copy-rows.ts';

export interface LoadPlan {
  /** The folder that psql is started in. */
  readonly folder: string;
  readonly ledgerPath: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly sides: readonly string[];
  readonly tables: readonly CopiedTable[];
  readonly files: readonly string[];
}

export function schemaStatements({ facts, sides }: Pick<LoadPlan, 'facts' | 'sides'>): string[] {
  return [
    'create table ledger_lines (line text);',
    'create table facts (name text primary key, value text not null);',
    ...Object.entries(facts).map(([name, value]) => `insert into facts values (${escapeLiteral(name)}, ${escapeLiteral(value)});`),
    'create table sides (side text primary key);',
    ...sides.map((side) => `insert into sides values (${escapeLiteral(side)});`),
  ];
}

export function loadScript(plan: LoadPlan): string {
  const path = (file: string) => escapeLiteral(relative(plan.folder, file));
  const schemas = [...new Set(plan.tables.map(({ side }) => side))];
  return [
    '-- Loads the ledger and the rows that were found in the databases. To count again, from the folder above this one:',
    '--   createdb recount',
    `--   psql -d recount -v ON_ERROR_STOP=1 ${['00-load.sql', ...plan.files.map((file) => basename(file))].map((name) => `-f recount/${name}`).join(' ')}`,
    '-- To count other rows than these, replace the files in rows/ by: copy (select column::text, ... from table) to stdout',
    ...schemaStatements(plan),
    ...schemas.map((schema) => `create schema ${schema};`),
    `\\copy ledger_lines from ${path(plan.ledgerPath)} with ${ledgerFormat}`,
    ...plan.tables.flatMap((table) => [tableStatement(table), `\\copy ${table.side}.${table.table} from ${path(table.file)}`]),
    '',
  ].join('\n');
}
