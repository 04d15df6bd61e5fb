/** Builds the parts of a controller in charge from its configuration, the loaded system and the control database. */

import type { ControlDatabase } from '@banyan/migration/control-database';
import { ControlStore } from '@banyan/migration/control-store';
import { createCutoverJournal } from '@banyan/migration/cutover-journal';
import { EvidenceCollector } from '@banyan/migration/evidence';
import type { ExtractionData } from '@banyan/migration/extraction-data';
import { GatewayFleet } from '@banyan/migration/gateway-fleet';
import { GatewayWatch } from '@banyan/migration/gateway-watch';
import type { LoadedSystem } from '@banyan/migration/load';
import { Mover } from '@banyan/migration/mover';
import { createReplicatedData } from '@banyan/migration/replicated-data';
import { RoutePublisher } from '@banyan/migration/route-publisher';
import { createSidePrograms } from '@banyan/migration/side-programs';
import type { ControllerConfig } from '../config.ts';
import { ControllerError } from '../errors.ts';

export interface Parts {
  readonly loaded: LoadedSystem;
  readonly store: ControlStore;
  readonly fleet: GatewayFleet;
  readonly watch: GatewayWatch;
  readonly publisher: RoutePublisher;
  readonly evidence: EvidenceCollector;
  readonly data: ReadonlyMap<string, ExtractionData>;
  readonly mover: Mover;
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
    data.set(extraction.name, createReplicatedData({ system: system.name, extraction, ...sides, journal }));
  }
  const evidence = new EvidenceCollector({ plan, store, watch, data, monolith });
  const mover = new Mover({ plan, store, publisher, sidePrograms: createSidePrograms(config.sidePrograms), evidence, data });
  return { loaded, store, fleet, watch, publisher, evidence, data, mover };
}

function programOf(config: ControllerConfig, name: string): { readonly url: string; readonly databaseUrl: string } {
  const program = config.programs[name];
  if (program !== undefined) return program;
  throw new ControllerError('CONTROLLER_CONFIG_INVALID', `programs.${name} is missing: the system "${config.system}" has this program.`);
}
