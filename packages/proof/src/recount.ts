// Counts outside: ledger and rows are laid side by side in a scratch database, and plain SQL files say what is lost, doubled or differing.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type QueryResult } from 'pg';
import { type CopiedTable, exportRows, importLedger, importRows } from './recount/copy-rows.ts';
import { loadScript, schemaStatements } from './recount/psql-script.ts';

/** What a recount file answers in its last result: one row per thing counted. */
export interface RecountCheck {
  readonly file: string;
  readonly check: string;
  /** The table the check is about. */
  readonly table: string;
  readonly counted: number;
  readonly lost: number;
  readonly doubled: number;
  readonly differing: number;
}

/** What it answers in the result before: examples, at most a few dozen. */
export interface RecountFinding {
  readonly file: string;
  readonly check: string;
  readonly problem: 'lost' | 'doubled' | 'differing';
  readonly key: string;
  readonly detail: string;
}

export interface RecountReport {
  readonly checks: readonly RecountCheck[];
  readonly findings: readonly RecountFinding[];
  /** What the files left in a table `figures (name text, value numeric)`, when they made one: measures that are neither right nor wrong. */
  readonly figures: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly doubled: number;
  readonly differing: number;
  /** Nothing lost, doubled or differing, and something was counted. */
  readonly ok: boolean;
  /** The psql script and the SQL files, in the order to run them. */
  readonly files: readonly string[];
}

/** What every recount begins with: the ledger as rows. */
const forAllSystems = fileURLToPath(new URL('../recount/', import.meta.url));

/** `tables.json` beside the SQL files. */
export interface RecountTables {
  /** Side (a database by name) -> tables and sequences whose rows are laid beside the ledger: `users`, or `banyan.events` of another schema. */
  readonly sides: Readonly<Record<string, readonly string[]>>;
  /** The same, as they were before the traffic began. */
  readonly baseline: Readonly<Record<string, readonly string[]>>;
}

export interface RecountOptions {
  /** Folder of the run: rows/, baseline/ and recount/ are written there. Usually where the ledger lies. */
  readonly folder: string;
  readonly ledgerPath: string;
  /** Folder with `tables.json` and the numbered `.sql` files. */
  readonly sqlFolder: string;
  /** Side -> URL; sides of `tables.json` that are not named here do not take part. */
  readonly databases: Readonly<Record<string, string>>;
  /** For a side that is off: table -> the side that has its rows now, which are laid in their place. */
  readonly insteadOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** An empty database that is filled. */
  readonly scratchUrl: string;
  /** Read by the SQL files from table `facts`, e.g. `{ 'owner of users': 'auth' }`. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** Keeps the rows that the traffic will change as they are now; call it before the first request. */
export async function captureBaseline(options: Pick<RecountOptions, 'folder' | 'sqlFolder' | 'databases'>): Promise<void> {
  const tables = await exportAll(join(options.folder, 'baseline'), readTables(options.sqlFolder).baseline, options.databases);
  const described = tables.map((table) => ({ ...table, side: `${table.side}_before` }));
  writeFileSync(join(options.folder, 'baseline', 'tables.json'), JSON.stringify(described));
}

/** Call it when the traffic has stopped and the streams have caught up. Throws only when it cannot count. */
export async function recount(options: RecountOptions): Promise<RecountReport> {
  const { folder, sqlFolder, ledgerPath } = options;
  const rows = await exportAll(join(folder, 'rows'), readTables(sqlFolder).sides, options.databases, options.insteadOf);
  const before = JSON.parse(readFileSync(join(folder, 'baseline', 'tables.json'), 'utf8')) as CopiedTable[];
  const kept = join(folder, 'recount');
  mkdirSync(kept, { recursive: true });
  const files = sqlFilesIn([forAllSystems, sqlFolder]).map((path) => {
    const file = join(kept, basename(path));
    copyFileSync(path, file);
    return file;
  });
  const plan = {
    folder,
    ledgerPath,
    facts: options.facts ?? {},
    // A program whose rows are not counted is no side.
    sides: Object.keys(readTables(sqlFolder).sides).filter((side) => options.databases[side] !== undefined),
    tables: [...rows, ...before],
    files,
  };
  const loader = join(kept, '00-load.sql');
  writeFileSync(loader, loadScript(plan));
  return withClient(options.scratchUrl, async (scratch) => {
    for (const schema of new Set(plan.tables.map(({ side }) => side))) await scratch.query(`create schema ${schema}`);
    await scratch.query(schemaStatements(plan).join('\n'));
    await importLedger(scratch, ledgerPath);
    for (const table of plan.tables) await importRows(scratch, table);
    return { ...summarise(await runFiles(scratch, files)), figures: await readFigures(scratch), files: [loader, ...files] };
  });
}

/** By their numbers, wherever they lie. */
function sqlFilesIn(folders: readonly string[]): string[] {
  const paths = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return paths.filter((path) => path.endsWith('.sql')).sort((one, other) => (basename(one) < basename(other) ? -1 : 1));
}

function readTables(sqlFolder: string): RecountTables {
  return JSON.parse(readFileSync(join(sqlFolder, 'tables.json'), 'utf8')) as RecountTables;
}

async function exportAll(
  folder: string,
  sides: RecountTables['sides'],
  databases: RecountOptions['databases'],
  insteadOf: RecountOptions['insteadOf'] = {},
): Promise<CopiedTable[]> {
  mkdirSync(folder, { recursive: true });
  const copied: CopiedTable[] = [];
  for (const [side, tables] of Object.entries(sides)) {
    if (databases[side] === undefined) continue;
    for (const [from, ofOne] of Map.groupBy(tables, (table) => insteadOf[side]?.[table] ?? side))
      await withClient(databases[from] ?? '', async (source) => {
        for (const table of ofOne) copied.push(await exportRows(source, side, table, folder));
      });
  }
  return copied;
}

type FileResults = { checks: RecountCheck[]; findings: RecountFinding[] };

/** The last two results of a file that answers rows are its findings and its checks; a file may also only prepare. */
async function runFiles(scratch: Client, files: readonly string[]): Promise<FileResults> {
  const all: FileResults = { checks: [], findings: [] };
  for (const path of files) {
    const answer = (await scratch.query(readFileSync(path, 'utf8'))) as QueryResult | QueryResult[];
    const results = [answer].flat().filter(({ command }) => command === 'SELECT');
    const file = basename(path);
    const [findings, checks] = results.filter(({ fields }) => fields.length > 0).slice(-2);
    if (findings === undefined || checks === undefined) continue;
    all.findings.push(...(findings.rows as RecountFinding[]).map((row) => ({ ...row, file })));
    all.checks.push(...(checks.rows as RecountCheck[]).map((row) => ({ ...row, file })));
  }
  return all;
}

async function readFigures(scratch: Client): Promise<Record<string, number>> {
  const { rows: there } = await scratch.query<{ there: boolean }>("select to_regclass('figures') is not null as there");
  if (there[0]?.there !== true) return {};
  const { rows } = await scratch.query<{ name: string; value: string | null }>('select name, value from figures');
  return Object.fromEntries(rows.flatMap(({ name, value }) => (value === null ? [] : [[name, Number(value)]])));
}

function summarise({ checks, findings }: FileResults): Omit<RecountReport, 'files' | 'figures'> {
  const sum = (name: 'lost' | 'doubled' | 'differing' | 'counted') => checks.reduce((total, check) => total + check[name], 0);
  const [lost, doubled, differing] = [sum('lost'), sum('doubled'), sum('differing')];
  return { checks, findings, lost, doubled, differing, ok: lost + doubled + differing === 0 && sum('counted') > 0 };
}

async function withClient<Value>(url: string, work: (client: Client) => Promise<Value>): Promise<Value> {
  const client = new Client({ connectionString: url, options: '-c timezone=UTC -c datestyle=ISO -c extra_float_digits=1' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
