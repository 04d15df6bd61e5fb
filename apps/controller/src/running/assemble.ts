/** Builds the parts of a controller in charge from its configuration, the loaded system and the control database. */

import { createEventLog, type EventLog } from '@banyan/event-store';
import type { ControlDatabase } from '@banyan/migration/control-database';
import { ControlStore } from '@banyan/migration/control-store';
import { createCutoverJournal } from '@banyan/migration/cutover-journal';
import { EvidenceCollector } from '@banyan/migration/evidence';
import type { ExtractionData } from '@banyan/migration/extraction-data';
import { GatewayFleet } from '@banyan/migration/gateway-fleet';
import { GatewayWatch } from '@banyan/migration/gateway-watch';
import type { LoadedSystem } from '@banyan/migration/load';
import { Mover } from '@banyan/migration/mover';
import { createOwnerNotices } from '@banyan/migration/owner-notices';
import { createProjectionKeeper } from '@banyan/migration/projection-keeper';
import { createReplicatedData } from '@banyan/migration/replicated-data';
import { RoutePublisher } from '@banyan/migration/route-publisher';
import { createSidePrograms } from '@banyan/migration/side-programs';
import { isEventStore, loadMarker, type Marker } from '@banyan/service/load-driver';
import { archiveGroup } from '../archiving.ts';
import type { ControllerConfig } from '../config.ts';
import { ControllerError } from '../errors.ts';
import { CopiesBarrier } from '../copies-barrier.ts';
import { Reaching } from '../reaching.ts';
import { ServiceDatabases } from '../service-databases.ts';
import { continueEventNumbers } from './continue-event-numbers.ts';
import { rowsBecomeEvents } from './rows-become-events.ts';

export interface Parts {
  readonly loaded: LoadedSystem;
  readonly store: ControlStore;
  readonly fleet: GatewayFleet;
  readonly watch: GatewayWatch;
  readonly publisher: RoutePublisher;
  readonly evidence: EvidenceCollector;
  readonly data: ReadonlyMap<string, ExtractionData>;
  readonly mover: Mover;
  readonly services: ServiceDatabases;
  readonly reaching: Reaching;
  /** Opened when first asked for; undefined when the system has no events. */
  readonly eventLog: () => Promise<EventLog | undefined>;
  /** Where events are archived from and to; undefined where the event store is the broker, or there are no events. */
  readonly archive: { readonly brokerUrl: string; readonly eventLog: () => Promise<EventLog> } | undefined;
  close(): Promise<void>;
}

/** Connects nothing but the control database. Throws `CONTROLLER_CONFIG_INVALID` when the configuration lacks a program of the system. */
export async function assemble(config: ControllerConfig, loaded: LoadedSystem, database: ControlDatabase): Promise<Parts> {
  const { plan, system } = loaded;
  const monolith = Object.keys(system.programs).find((name) => system.programs[name]?.role === 'monolith') ?? '';
  for (const name of [monolith, ...plan.extractions.flatMap((it) => it.service ?? [])]) programOf(config, name);
  const store = new ControlStore(database);
  await store.ensureExtractions(plan.extractions.map((it) => it.name));
  const fleet = new GatewayFleet(config.gateways);
  const watch = new GatewayWatch({ fleet });
  const upstreams = Object.fromEntries(Object.entries(config.programs).map(([name, { url }]) => [name, url]));
  const publisher = new RoutePublisher({ plan, store, fleet, upstreams, monolith });
  const data = new Map<string, ExtractionData>();
  for (const extraction of plan.extractions.filter((it) => it.tables.length > 0)) {
    const journal = createCutoverJournal(database, extraction.name);
    const sides = { monolith: programOf(config, monolith).databaseUrl, service: programOf(config, extraction.service ?? '').databaseUrl };
    const onApplied = rowsBecomeEvents(system.name, extraction, sides.service);
    const options = { system: system.name, extraction, ...sides, journal, ...(onApplied === undefined ? {} : { onApplied }) };
    data.set(extraction.name, createReplicatedData(options));
  }
  const databaseUrls = Object.fromEntries(Object.entries(config.programs).map(([name, { databaseUrl }]) => [name, databaseUrl]));
  const projections = createProjectionKeeper(databaseUrls);
  const evidence = new EvidenceCollector({ plan, store, watch, data, monolith, projections });
  const notices = createOwnerNotices(databaseUrls);
  const sidePrograms = createSidePrograms(config.sidePrograms);
  const { eventStoreUrl } = config;
  const archivedBroker = config.brokerUrl === undefined || isEventStore(config.brokerUrl) ? undefined : config.brokerUrl;
  const { marker, closeMarker } = markWhenAsked(archivedBroker);
  const sequences = continueEventNumbers({
    system: system.name,
    databaseUrls,
    untilArchived: async () => (await marker())?.untilSettled(archiveGroup, { signal: AbortSignal.timeout(archivedWithinMs) }),
    ...(eventStoreUrl === undefined ? {} : { eventStoreUrl }),
  });
  const mover = new Mover({ plan, store, publisher, sidePrograms, notices, projections, sequences, monolith, evidence, data });
  const isService = (name: string) => system.programs[name]?.role === 'service';
  const services = new ServiceDatabases(Object.fromEntries(Object.entries(databaseUrls).filter(([name]) => isService(name))));
  const log = eventStoreUrl === undefined ? undefined : openWhenAsked(eventStoreUrl);
  const archive = archivedBroker === undefined || log === undefined ? undefined : { brokerUrl: archivedBroker, eventLog: log.eventLog };
  const copies = new CopiesBarrier({ services, eventStoreUrl, marker });
  const reaching = new Reaching({ plan, data, copies });
  const close = async () => void (await Promise.all([services.close(), copies.close(), log?.closeLog(), closeMarker()]));
  const eventLog = async () => log?.eventLog();
  return { loaded, store, fleet, watch, publisher, evidence, data, mover, services, reaching, eventLog, archive, close };
}

/** The archive is seconds behind at most, unless broker or event store are away. */
const archivedWithinMs = 30_000;

function markWhenAsked(brokerUrl: string | undefined): {
  readonly marker: () => Promise<Marker | undefined>;
  readonly closeMarker: () => Promise<void>;
} {
  let marker: Promise<Marker | undefined> | undefined;
  return {
    marker: async () => (brokerUrl === undefined ? undefined : (marker ??= loadMarker(brokerUrl))),
    closeMarker: async () => (await marker)?.close(),
  };
}

function openWhenAsked(url: string): { readonly eventLog: () => Promise<EventLog>; readonly closeLog: () => Promise<void> } {
  let log: Promise<EventLog> | undefined;
  return {
    eventLog: async () => {
      log ??= createEventLog({ url, connections: 2, name: 'banyan controller' });
      return log.catch((error: unknown) => {
        log = undefined; // the next one tries again
        throw error;
      });
    },
    closeLog: async () => (await log?.catch(() => undefined))?.close(),
  };
}

function programOf(config: ControllerConfig, name: string): { readonly url: string; readonly databaseUrl: string } {
  const program = config.programs[name];
  if (program !== undefined) return program;
  throw new ControllerError('CONTROLLER_CONFIG_INVALID', `programs.${name} is missing: the system "${config.system}" has this program.`);
}
