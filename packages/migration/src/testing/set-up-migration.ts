/** A migration with everything around it made up, for tests of moves; its control database is a real one. */

import type { ControlDatabase } from '../control-database.ts';
import { ControlStore } from '../control-store.ts';
import type { Extraction } from '../definition.ts';
import { EvidenceCollector } from '../evidence.ts';
import { GatewayWatch } from '../gateway-watch.ts';
import { Mover } from '../mover.ts';
import type { MoveProgress } from '../mover.ts';
import { createOwnerNotices } from '../owner-notices.ts';
import { planMigration } from '../plan.ts';
import { createProjectionKeeper } from '../projection-keeper.ts';
import { RoutePublisher } from '../route-publisher.ts';
import { FakeData } from './fake-data.ts';
import { FakeFleet } from './fake-fleet.ts';

export const tableOf = (name: string) => [{ source: `public.${name}`, target: `public.${name}` }];

export async function setUpMigration(database: ControlDatabase, extractions: readonly Extraction[]) {
  const services = [...new Set(extractions.flatMap(({ service }) => service ?? []))];
  const plan = planMigration(
    { system: 'small', extractions },
    { programs: { monolith: { role: 'monolith' }, ...Object.fromEntries(services.map((name) => [name, { role: 'service' as const }])) } },
  );
  const store = new ControlStore(database);
  await store.ensureExtractions(extractions.map(({ name }) => name));
  const log: string[] = [];
  const fleet = new FakeFleet();
  const moving = extractions.filter(({ tables = [] }) => tables.length > 0);
  const data = new Map(moving.map(({ name }) => [name, new FakeData(name, log)]));
  const upstreams = Object.fromEntries(['monolith', ...services].map((name, at) => [name, `http://127.0.0.1:${at + 1}`]));
  const publisher = new RoutePublisher({ plan, store, fleet, upstreams, monolith: 'monolith', retryForMs: 200 });
  const watch = new GatewayWatch({ fleet });
  const projections = createProjectionKeeper({});
  const evidence = new EvidenceCollector({ plan, store, watch, data, monolith: 'monolith', projections });
  const programs = { fails: false };
  const sidePrograms = {
    stop: (name: string) => (programs.fails ? Promise.reject(new Error('it hangs')) : Promise.resolve(void log.push(`stop ${name}`))),
    start: (name: string) => Promise.resolve(void log.push(`start ${name}`)),
  };
  const sequences = { continueAfterLog: ({ name }: { readonly name: string }) => Promise.resolve(log.push(`${name} sequences`)) };
  const notices = createOwnerNotices({});
  const around = { plan, store, publisher, sidePrograms, notices, projections, sequences, monolith: 'monolith', evidence, data };
  const mover = new Mover({ ...around, judgeEveryMs: 10 });
  const lines: MoveProgress[] = [];
  const report = (line: MoveProgress) => void lines.push(line);
  const forced = { force: true, reason: 'a test', actor: 'ada' };
  const never = new AbortController().signal;
  return {
    store,
    fleet,
    dataOf: (name: string): FakeData => {
      const found = data.get(name);
      if (found === undefined) throw new TypeError(`"${name}" moves no tables.`);
      return found;
    },
    mover,
    log,
    lines,
    watch,
    programs,
    report,
    advance: (name: string, request: object = {}) => mover.advance(name, { actor: 'ada', ...request }, report, never),
    force: (name: string, to: string) => mover.advance(name, { ...forced, to: to as 'owner' }, report, never),
    back: (name: string, request: object = {}) => mover.back(name, { actor: 'ada', ...request }, report),
    stageOf: async (name: string) => (await store.snapshot()).states.find((it) => it.name === name),
  };
}
