/** Which crash points there are, which program each lies in, and what has to happen for it to be reached. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crashPoints as gatewayPoints } from '@banyan/gateway/crash-points';
import { crashPoints as migrationPoints } from '@banyan/migration/crash-points';
import { crashPoints as replicationPoints } from '@banyan/replication/crash-points';
import type { LocatedSystem } from '../running/locate-system.ts';
import type { CrashTarget } from './kill-sequence.ts';

/** Named after what reaches their points. */
export interface CrashPlan {
  /** planned and replicating in turn. */
  readonly copy: readonly CrashTarget[];
  /** Changes that arrive while the copy follows. */
  readonly follow: readonly CrashTarget[];
  /** Routes that change in turn. */
  readonly routes: readonly CrashTarget[];
  /** Requests at any time. */
  readonly requests: readonly CrashTarget[];
  /** Ownership that moves there and back in turn. */
  readonly cutover: readonly CrashTarget[];
  /** A cutover that cancels itself. */
  readonly cancel: readonly CrashTarget[];
  /** Requests to a service that owns its tables. */
  readonly service: readonly CrashTarget[];
  /** A row removed by the owner that others refer to. */
  readonly reverse: readonly CrashTarget[];
}

export type Thoroughness = 'short' | 'full';

/** One point of each kind is enough to see that the machinery works; the full proof takes all. */
const shortPoints = new Set([
  'copy.rows-copied',
  'follow.batch-applied',
  'gateway.routes.written',
  'gateway.worker.before-forward',
  'cutover.fenced',
  'cutover.opened',
  'controller.flip-stored',
  'auth.callback.written',
]);

export async function planCrashes(system: LocatedSystem, thoroughness: Thoroughness): Promise<CrashPlan> {
  const wanted = (point: string) => thoroughness === 'full' || shortPoints.has(point);
  const inController = (pattern: RegExp) =>
    [...replicationPoints, ...migrationPoints]
      .filter((point) => pattern.test(point) && wanted(point))
      .map((point) => ({ program: 'controller', point }));
  const inGateway = (pattern: RegExp) =>
    gatewayPoints.filter((point) => pattern.test(point) && wanted(point)).map((point) => ({ program: 'gateway', point }));
  const hasSidePrograms = system.migration.extractions.some((extraction) => extraction.sidePrograms.length > 0);
  const sidePrograms = hasSidePrograms ? inController(/^controller\.side-programs/) : [];
  return {
    copy: [...inController(/^copy\./), ...inController(/^controller\.(copied|streams-dropped)$/)],
    follow: inController(/^follow\./),
    routes: [...inController(/^controller\.(move-stored|stage-stored|routes-pushed|move-finished)$/), ...inGateway(/^gateway\.routes\./)],
    requests: inGateway(/^gateway\.(?!routes\.)/),
    cutover: [
      ...inController(/^(prepare|fence|cutover)\./),
      ...inController(/^controller\.(hold-stored|held|flip|cutover)/),
      ...sidePrograms,
    ],
    cancel: inController(/^controller\.hold-released$/),
    service: await servicePoints(system, wanted),
    reverse: inController(/^reverse\./),
  };
}

/** A service names its own points in `crash-points.js` beside its entry. */
async function servicePoints(system: LocatedSystem, wanted: (point: string) => boolean): Promise<CrashTarget[]> {
  const services = Object.entries(system.definition.programs).filter(([, program]) => program.role === 'service');
  const lists = services.map(async ([name, program]) => {
    const file = join(system.directory, program.directory, program.entry, '..', 'crash-points.js');
    if (!existsSync(file)) return [];
    const { crashPoints } = (await import(pathToFileURL(file).href)) as { crashPoints: readonly string[] };
    return crashPoints.filter(wanted).map((point) => ({ program: name, point }));
  });
  return (await Promise.all(lists)).flat();
}

export function countOf(plan: CrashPlan): number {
  return Object.values(plan).reduce((sum, targets: readonly CrashTarget[]) => sum + targets.length, 0);
}
