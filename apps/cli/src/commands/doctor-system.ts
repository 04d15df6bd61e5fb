/** What the doctor finds of one system: its files, and what is attached with everything that keeps a database from being followed. */
import { explainError } from '../errors.ts';
import { type AttachedAddress, attachedPrograms, inspectAttached, requireAnswer, requireDatabase } from '../running/attached-programs.ts';
import { locateSystem, type LocatedSystem } from '../running/locate-system.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly fix?: string;
  /** Worth knowing although nothing is wrong. */
  readonly isNote?: boolean;
}

export async function checkSystem(word: string): Promise<Check[]> {
  let system: LocatedSystem;
  try {
    system = await locateSystem(word);
  } catch (error) {
    const { message, fix } = explainError(error);
    return [{ name: 'system', ok: false, found: message, fix }];
  }
  const { definition, migration } = system;
  const names = migration.extractions.map(({ name }) => name).join(', ');
  const found = `${definition.title}: ${names === '' ? 'no extraction yet' : names}`;
  const perProgram = await Promise.all(attachedPrograms(definition).map((program) => checkAttached(program, system)));
  return [{ name: 'system', ok: true, found }, ...perProgram.flat()];
}

async function checkAttached(program: AttachedAddress, { migration }: LocatedSystem): Promise<Check[]> {
  const answer = await held(program.name, `answers at ${program.url}`, () => requireAnswer(program));
  const database = await held(program.name, 'its database can be used', () => requireDatabase(program));
  if (!database.ok) return [answer, database];
  const findings = await inspectAttached(program, migration);
  const shown = [
    ...Map.groupBy(
      findings.filter(({ severity }) => severity !== 'info'),
      ({ fix }) => fix,
    ).values(),
  ].flatMap(([first, ...alike]) => (first === undefined ? [] : [{ ...first, alike: alike.length }]));
  const checks = shown.map(({ severity, message, fix, alike }) => {
    const found = message.replace(`${program.name}: `, '') + (alike === 0 ? '' : ` (and ${alike} more like it)`);
    return { name: program.name, ok: severity !== 'error', found, fix, isNote: severity === 'warning' };
  });
  const isFit = !shown.some(({ severity }) => severity === 'error');
  return [answer, database, ...checks, ...(isFit ? [{ name: program.name, ok: true, found: 'its database can be followed' }] : [])];
}

async function held(name: string, found: string, check: () => Promise<void>): Promise<Check> {
  try {
    await check();
    return { name, ok: true, found };
  } catch (error) {
    const { message, fix } = explainError(error);
    return { name, ok: false, found: message, fix };
  }
}
