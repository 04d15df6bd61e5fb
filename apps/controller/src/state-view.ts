/** The picture of the migration as one JSON document, for the live view and `banyan status`. */

import type { EvidenceCollector } from '@banyan/migration/evidence';
import type { ExtractionData } from '@banyan/migration/extraction-data';
import type { Gate } from '@banyan/migration/gate-facts';
import type { GatewayWatch } from '@banyan/migration/gateway-watch';
import type { Mover } from '@banyan/migration/mover';
import type { MigrationPlan, PlannedExtraction } from '@banyan/migration/plan';
import { isMonolithOff, retirementOrder } from '@banyan/migration/retirement';
import { positionsOf } from '@banyan/migration/stages';
import type { Position, Stage } from '@banyan/migration/stages';
import type { ControlStore } from '@banyan/migration/control-store';
import type { ExtractionState, Follows, Move } from '@banyan/migration/state';
import type { ControllerEvent, EventLog } from './event-log.ts';

export interface StateView {
  readonly system: string;
  readonly title: string;
  readonly controller: { readonly epoch: number; readonly pid: number; readonly startedAt: string };
  readonly routeVersion: number;
  /** All programs of the system, in the order of its configuration. */
  readonly programs: readonly ProgramView[];
  /** Events that reached the broker, per second, by the program that published them. Absent without a broker, or while it is away. */
  readonly eventsPerSecond?: Readonly<Record<string, number>>;
  readonly gateways: readonly {
    readonly adminUrl: string;
    readonly version?: number;
    readonly inFlight?: number;
    readonly held?: number;
  }[];
  /** Requests per second by program, over all routes. */
  readonly requestsPerSecond: Readonly<Record<string, number>>;
  readonly extractions: readonly ExtractionView[];
  readonly monolith: {
    /** All extractions are retired and one of them takes the rest: the program may be ended for good. */
    readonly isOff: boolean;
    /** The extractions that can be retired, in the order in which they can. */
    readonly retirementOrder: readonly string[];
  };
  /** The move under way, if any. */
  readonly move?: Move;
  readonly busyWith?: string;
  readonly events: readonly ControllerEvent[];
}

export interface ProgramView {
  readonly name: string;
  readonly role: 'monolith' | 'service';
  /** Name of its database. */
  readonly database: string;
}

export interface ExtractionView {
  readonly name: string;
  readonly service?: string;
  readonly stage: Stage;
  readonly sharePercent: number;
  /** All positions it passes through, in order. */
  readonly positions: readonly Position[];
  readonly after: readonly { readonly extraction: string; readonly atLeast: Stage }[];
  /** The tables that move, as the monolith calls them. */
  readonly tables: readonly string[];
  readonly follows: Follows;
  readonly held: boolean;
  readonly enteredAt?: string;
  /** Requests per second of its routes, by program. */
  readonly requestsPerSecond: Readonly<Record<string, number>>;
  readonly shadow: { readonly compared: number; readonly mismatches: number; readonly dropped: number };
  readonly replication?: unknown;
  readonly verification?: unknown;
  /** The step `advance` would take next, with its gates as they stand. */
  readonly next?: { readonly to: Position; readonly gates: readonly Gate[] };
}

export interface StateSources {
  readonly system: string;
  readonly title: string;
  readonly startedAt: string;
  readonly programs: StateView['programs'];
  /** Undefined when nothing can be said. */
  readonly eventsPerSecond: () => Promise<StateView['eventsPerSecond']>;
  readonly plan: MigrationPlan;
  readonly store: ControlStore;
  readonly mover: Mover;
  readonly watch: GatewayWatch;
  readonly evidence: EvidenceCollector;
  readonly data: ReadonlyMap<string, ExtractionData>;
  readonly events: EventLog;
  readonly gateways: () => Promise<StateView['gateways']>;
}

export async function viewState(sources: StateSources): Promise<StateView> {
  const { store, mover, watch, events, plan } = sources;
  const { states, routeVersion } = await store.snapshot();
  const move = await store.runningMove();
  const extractions = await Promise.all(
    plan.extractions.map((it) =>
      viewExtraction(
        sources,
        it,
        states.find((state) => state.name === it.name),
      ),
    ),
  );
  const eventsPerSecond = await sources.eventsPerSecond();
  return {
    system: sources.system,
    title: sources.title,
    controller: { epoch: store.database.epoch, pid: process.pid, startedAt: sources.startedAt },
    routeVersion,
    programs: sources.programs,
    ...(eventsPerSecond === undefined ? {} : { eventsPerSecond }),
    gateways: await sources.gateways(),
    requestsPerSecond: watch.rates(),
    extractions,
    monolith: { isOff: isMonolithOff(plan, states), retirementOrder: retirementOrder(plan).map(({ name }) => name) },
    ...(move === undefined ? {} : { move }),
    ...(mover.busyWith === undefined ? {} : { busyWith: mover.busyWith }),
    events: events.recent(),
  };
}

async function viewExtraction(
  sources: StateSources,
  extraction: PlannedExtraction,
  state: ExtractionState | undefined,
): Promise<ExtractionView> {
  const { watch, evidence, data, mover } = sources;
  const { name } = extraction;
  const next = await mover.nextGates(name);
  const verification = evidence.lastVerification(name);
  const { compared, mismatches, dropped } = watch.shadow(
    name,
    extraction.routes.filter((it) => it.shadowable).map((it) => it.id),
  );
  const replication = data.get(name)?.status();
  return {
    name,
    ...(extraction.service === undefined ? {} : { service: extraction.service }),
    stage: state?.stage ?? 'planned',
    sharePercent: state?.sharePercent ?? 0,
    positions: positionsOf(extraction.shape),
    after: extraction.after,
    tables: extraction.tables.map(({ source }) => source),
    follows: state?.follows ?? 'none',
    held: state?.held ?? false,
    ...(state === undefined ? {} : { enteredAt: state.enteredAt }),
    requestsPerSecond: watch.rates(extraction.routes.map((it) => it.id)),
    shadow: { compared, mismatches, dropped },
    ...(replication === undefined ? {} : { replication }),
    ...(verification === undefined ? {} : { verification }),
    ...(next.to === undefined ? {} : { next: { to: next.to, gates: next.gates } }),
  };
}
