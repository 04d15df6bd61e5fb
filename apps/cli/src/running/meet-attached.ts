/** The begin and the end of what is attached: met before anything is started, left without a trace. */
import { leaveDatabase, type LeaveReport } from '@banyan/replication';
import { CliError } from '../errors.ts';
import { asTyped, type Reporter } from '../output.ts';
import { attachedPrograms, requireAttached, requireDatabase } from './attached-programs.ts';
import type { LocatedSystem } from './locate-system.ts';
import { refuseSecondRun, type RunKind } from './run-directory.ts';

export interface MeetOptions {
  readonly system: LocatedSystem;
  readonly kind: RunKind;
  readonly fresh: boolean;
  readonly reporter: Reporter;
}

/** What runs already is met before anything is started; on a fresh start nothing of an earlier one stays in its databases. */
export async function meetAttached({ system, kind, fresh, reporter }: MeetOptions): Promise<void> {
  const programs = attachedPrograms(system.definition);
  if (kind !== 'up' && programs.length > 0)
    throw new CliError(
      'CLI_OPTION_INVALID',
      `${programs[0]?.name} is attached, and nothing is tried out with what is not ours.`,
      'banyan up',
    );
  refuseSecondRun(system.definition.name, kind);
  const problems = await requireAttached(system.definition, system.migration);
  if (fresh) await leaveAttached(system, reporter);
  for (const { name, role, url, databaseUrl } of programs) {
    const { host, pathname } = new URL(databaseUrl);
    reporter.step(name, `${role} at ${url}, database ${host}${pathname}, attached`);
  }
  for (const { name, errors } of problems.filter((it) => it.errors > 0))
    reporter.warn(
      `the database of ${name} cannot be followed yet (${errors} reason${errors === 1 ? '' : 's'}): ${asTyped('banyan doctor')}`,
    );
}

/** One database after the other; throws when a service owns tables of one, or somebody follows it. */
export async function leaveAttached(
  { definition }: LocatedSystem,
  reporter: Reporter,
): Promise<({ readonly program: string } & LeaveReport)[]> {
  const left: ({ readonly program: string } & LeaveReport)[] = [];
  for (const program of attachedPrograms(definition)) {
    await requireDatabase(program);
    const began = performance.now();
    const report = await leaveDatabase({ url: program.databaseUrl });
    const { slots, publications, fences, bookkeeping } = report;
    const dropped = [
      ...slots.map((slot) => `slot ${slot}`),
      ...(publications.length === 0 ? [] : [`${publications.length} publication${publications.length === 1 ? '' : 's'}`]),
      ...(fences.length === 0 ? [] : [`fences of ${fences.join(', ')}`]),
      ...(bookkeeping ? ['schema banyan'] : []),
    ];
    reporter.step(
      program.name,
      dropped.length === 0 ? 'nothing of ours is in its database' : `dropped ${dropped.join(', ')}`,
      performance.now() - began,
    );
    left.push({ program: program.name, ...report });
  }
  return left;
}
