/** What every gateway must do, computed from the plan, the stored state and the programs' addresses, and from nothing else. */

import type { Route, RouteTable } from '@banyan/gateway/route-table';
import { predecessorsOf } from './plan.ts';
import type { PlannedExtraction, PlannedRoute, MigrationPlan } from './plan.ts';
import type { ExtractionState } from './state.ts';
import { stageIndex } from './stages.ts';
import type { Stage } from './stages.ts';

export interface RouteTableInput {
  readonly plan: MigrationPlan;
  /** One per extraction; a missing one counts as `planned`. */
  readonly states: readonly ExtractionState[];
  /** Program name to base URL. */
  readonly upstreams: Readonly<Record<string, string>>;
  /** Name of the monolith among the upstreams. */
  readonly monolith: string;
  /** Grows with every stored change. */
  readonly version: number;
}

/** A request held for a cutover waits as long as the cutover may last, and this much longer for a controller that restarts. */
const holdGraceMs = 3000;
const holdQueueMax = 1000;

/** The route table; equal input gives an equal table. */
export function computeRouteTable(input: RouteTableInput): RouteTable {
  const statesByName = new Map(input.states.map((it) => [it.name, it]));
  return {
    version: input.version,
    upstreams: input.upstreams,
    fallback: input.monolith,
    routes: input.plan.extractions.flatMap((extraction) => {
      const state = statesByName.get(extraction.name);
      const moving = extraction.routes.map((route) => routeOf(route, extraction, state, input));
      return [...moving, ...extraction.writtenByMonolith.map((route) => stayingRoute(route, extraction, input))];
    }),
  };
}

/** Answered by the monolith in every stage; the gateway knows what it writes, so that its writers see their own writes. */
function stayingRoute(route: PlannedRoute, extraction: PlannedExtraction, input: RouteTableInput): Route {
  const { id, method, path, effect } = route;
  return { id, extraction: extraction.name, method, path, effect, shadowable: false, ...forOthers(route), upstream: input.monolith };
}

function forOthers({ concernsOthers }: PlannedRoute): Pick<Route, 'concernsOthers'> {
  return concernsOthers ? { concernsOthers } : {};
}

function routeOf(route: PlannedRoute, extraction: PlannedExtraction, state: ExtractionState | undefined, input: RouteTableInput): Route {
  const hold = holdOf(route, extraction, input);
  return {
    id: route.id,
    extraction: extraction.name,
    method: route.method,
    path: route.path,
    effect: route.effect,
    shadowable: route.shadowable,
    ...(route.compare === undefined || !route.shadowable ? {} : { compare: route.compare }),
    ...forOthers(route),
    ...(route.issuesToken === undefined ? {} : { issuesToken: route.issuesToken }),
    ...answeredBy(route, extraction, state, input.monolith),
    ...(route.rehearsed && isRecorded(extraction, input) ? { record: true } : {}),
    ...(hold === undefined ? {} : { hold }),
  };
}

/** From the moment there is a service's copy to compare with until the service does the writes itself. */
export function isRecording(stage: Stage): boolean {
  return stage === 'replicating' || stage === 'shadow' || stage === 'canary';
}

/** Also what its service writes as the owner, while an extraction that comes after it is to be rehearsed: that one's writes follow from these. */
function isRecorded(extraction: PlannedExtraction, { plan, states }: RouteTableInput): boolean {
  const stageOf = (name: string): Stage => states.find((it) => it.name === name)?.stage ?? 'planned';
  if (isRecording(stageOf(extraction.name))) return true;
  if (stageIndex(stageOf(extraction.name)) < stageIndex('owner')) return false;
  return plan.extractions.some(
    (other) =>
      isRecording(stageOf(other.name)) && other.routes.some((it) => it.rehearsed) && predecessorsOf(plan, other).includes(extraction),
  );
}

type Answer = Pick<Route, 'upstream' | 'shadow' | 'canary' | 'fallbackUpstream'>;

function answeredBy(route: PlannedRoute, extraction: PlannedExtraction, state: ExtractionState | undefined, monolith: string): Answer {
  const stage = state?.stage ?? 'planned';
  const service = extraction.service ?? monolith;
  if (stage === 'retired') return { upstream: service };
  if (stage === 'owner') return { upstream: service, ...(route.shadowable ? { fallbackUpstream: monolith } : {}) };
  if (!route.shadowable || stageIndex(stage) < stageIndex('shadow')) return { upstream: monolith };
  const shadow = { upstream: service, sharePercent: 100 };
  if (stage === 'shadow') return { upstream: monolith, shadow };
  return { upstream: monolith, shadow, canary: { upstream: service, sharePercent: state?.sharePercent ?? 0 }, fallbackUpstream: monolith };
}

/** Every route that writes a table under cutover is held, also one of another extraction. */
function holdOf(route: PlannedRoute, extraction: PlannedExtraction, input: RouteTableInput): Route['hold'] {
  const moving = input.plan.extractions.find((other) => {
    const isHeld = input.states.some((it) => it.name === other.name && it.held);
    if (!isHeld || route.effect.writes.length === 0) return false;
    return other.name === extraction.name || other.tables.some((table) => route.effect.writes.includes(table.source));
  });
  if (moving === undefined) return undefined;
  return { reason: `cutover of ${moving.name}`, timeoutMs: moving.gates.cutoverBudgetMs + holdGraceMs, queueMax: holdQueueMax };
}

/** The ids of the routes that a table holds. */
export function heldRouteIds(table: RouteTable): readonly string[] {
  return table.routes.filter((it) => it.hold !== undefined).map((it) => it.id);
}
