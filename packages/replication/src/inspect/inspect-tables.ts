// Preflight: everything that would make a move fail or surprise, found before anything is changed.
import { withSession } from '../postgres/session.ts';
import type { ReplicatedTable } from '../stream/options.ts';
import type { Finding } from './finding.ts';
import { inspectServer } from './server.ts';
import { inspectOne, inspectPair, inspectSurroundings } from './tables.ts';

export interface InspectOptions {
  readonly source: string;
  readonly target: string;
  readonly tables: readonly ReplicatedTable[];
}

/** Reads catalogues only; changes nothing. Errors first. Throws when a side cannot be reached. */
export async function inspectTables(options: InspectOptions): Promise<Finding[]> {
  const findings = await withSession(options.source, 'inspect', (source) =>
    withSession(options.target, 'inspect', async (target) => {
      const found = [...(await inspectServer(source, 'source')), ...(await inspectServer(target, 'target'))];
      for (const table of options.tables) found.push(...(await inspectPair(source, target, table)));
      const surroundings = [
        ...(await inspectSurroundings(
          source,
          options.tables.map((table) => table.source),
          'source',
        )),
        ...(await inspectSurroundings(
          target,
          options.tables.map((table) => table.target),
          'target',
        )),
      ];
      return [...found, ...surroundings];
    }),
  );
  return errorsFirst(findings);
}

export interface InspectSideOptions {
  readonly url: string;
  /** `schema.table` */
  readonly tables: readonly string[];
  /** What the findings call it. */
  readonly side: string;
}

/** As `inspectTables`, of one side while there is no other one yet. */
export async function inspectSide({ url, tables, side }: InspectSideOptions): Promise<Finding[]> {
  return withSession(url, 'inspect', async (session) => {
    const findings = await inspectServer(session, side);
    for (const table of tables) findings.push(...(await inspectOne(session, table, side)));
    return errorsFirst([...findings, ...(await inspectSurroundings(session, tables, side))]);
  });
}

function errorsFirst(findings: Finding[]): Finding[] {
  const order = { error: 0, warning: 1, info: 2 };
  return findings.sort((a, b) => order[a.severity] - order[b.severity]);
}
