/** Which crash points there are, which program each lies in, and what has to happen for it to be reached. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crashPoints as busPoints } from '@banyan/bus/crash-points';
import { crashPoints as busPostgresPoints } from '@banyan/bus-postgres/crash-points';
import { crashPoints as busRabbitmqPoints } from '@banyan/bus-rabbitmq/crash-points';
import { crashPoints as gatewayPoints } from '@banyan/gateway/crash-points';
import { crashPoints as migrationPoints } from '@banyan/migration/crash-points';
import { crashPoints as outboxPoints } from '@banyan/outbox/crash-points';
import { crashPoints as replicationPoints } from '@banyan/replication/crash-points';
import { crashPoints as sagaPoints } from '@banyan/saga/crash-points';
import type { LocatedSystem } from '../running/locate-system.ts';
import type { Leg } from './leg.ts';
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
  'relay.published',
  'bus.after-handle',
  'saga.action-done',
]);

/** @param service the program that takes over first in this journey */
export async function planCrashes(system: LocatedSystem, service: string, thoroughness: Thoroughness): Promise<CrashPlan> {
  const wanted = (point: string) => isWanted(point, thoroughness);
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
    service: await pointsOfService(system, service, thoroughness),
    reverse: inController(/^reverse\./),
  };
}

interface PointsOfService {
  readonly crashPoints: readonly string[];
  /** Points of libraries that it depends on and never comes by. */
  readonly neverPassed?: readonly string[];
}

/** A service names its own points in `crash-points.js` beside its entry. */
async function readPoints(system: LocatedSystem, service: string): Promise<PointsOfService> {
  const program = system.definition.programs[service];
  const file = join(system.directory, program?.directory ?? '', program?.entry ?? '', '..', 'crash-points.js');
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as PointsOfService) : { crashPoints: [] };
}

async function pointsOfService(system: LocatedSystem, service: string, thoroughness: Thoroughness): Promise<CrashTarget[]> {
  const { crashPoints } = await readPoints(system, service);
  return crashPoints.filter((point) => isWanted(point, thoroughness)).map((point) => ({ program: service, point }));
}

/** What can die between services that tell and hear events: the points of the libraries that a service names among its dependencies, and its own. */
export interface MessagingPlan {
  /** A service that hears others and owns its tables: it is stopped, cut off and lost. */
  readonly hearer: string;
  readonly points: readonly CrashTarget[];
}

/**
 * Undefined when no service that may own its tables hears events. The hearer is the last of them that the system has a way to break, if there is one.
 * @param services those that have left; the points of one that only reads are reached by what others ask of it
 * @param canBreak whether there is a way to break a service on purpose
 * @param driver what the services reach the broker of this run by
 */
export async function planMessagingCrashes(
  system: LocatedSystem,
  services: readonly Pick<Leg, 'service' | 'holder' | 'mayOwn'>[],
  thoroughness: Thoroughness,
  canBreak: (service: string) => boolean,
  driver: DriverName,
): Promise<MessagingPlan | undefined> {
  const isHearer = ({ service, mayOwn }: (typeof services)[number]) => mayOwn && dependenciesOf(system, service).has('@banyan/bus');
  const hearers = services.filter((one) => isHearer(one) && one.holder === one.service);
  const hearer = (hearers.findLast(({ service }) => canBreak(service)) ?? hearers.at(-1))?.service;
  if (hearer === undefined) return undefined;
  const points = await Promise.all(
    services.map(async (one) => {
      // Who edits for another service hears little: the full proof has the time to wait for it.
      const isBusy = isHearer(one) && (thoroughness === 'full' || one.holder === one.service);
      const known = isBusy ? dependenciesOf(system, one.service) : new Set();
      const { neverPassed = [] } = await readPoints(system, one.service);
      const ofLibraries = Object.entries(pointsOfLibraries)
        .flatMap(([name, all]) => (known.has(name) && (name === driver || !name.startsWith('@banyan/bus-')) ? all : []))
        .filter((point) => !neverPassed.includes(point) && (canBreak(one.service) || !onlyWhenBroken.has(point)));
      const wanted = ofLibraries.filter((point) => isWanted(point, thoroughness)).map((point) => ({ program: one.service, point }));
      return [...wanted, ...(await pointsOfService(system, one.service, thoroughness))];
    }),
  );
  return { hearer, points: points.flat() };
}

/** Nothing is set aside by a service that there is no way to break. */
const onlyWhenBroken: ReadonlySet<string> = new Set(['bus.after-set-aside']);

const pointsOfLibraries = {
  '@banyan/outbox': outboxPoints,
  '@banyan/bus': busPoints,
  '@banyan/bus-postgres': busPostgresPoints,
  '@banyan/bus-rabbitmq': busRabbitmqPoints,
  '@banyan/saga': sagaPoints,
} as const;

/** The driver that is at work; those that are installed beside it are never passed. */
export type DriverName = '@banyan/bus-postgres' | '@banyan/bus-rabbitmq';

function dependenciesOf(system: LocatedSystem, service: string): Set<string> {
  const file = join(system.directory, system.definition.programs[service]?.directory ?? '', 'package.json');
  if (!existsSync(file)) return new Set();
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: Record<string, string> };
  return new Set(Object.keys(dependencies));
}

function isWanted(point: string, thoroughness: Thoroughness): boolean {
  return thoroughness === 'full' || shortPoints.has(point);
}
