/** What lives between services once several have left: events and sagas, under kills, with one of them away, with the broker away, and on the way back. */
import { setTimeout as delay } from 'node:timers/promises';
import { dropDatabase } from '@banyan/proof/drop-database';
import { escapeIdentifier } from 'pg';
import { eventStoreDatabase, programDefinition } from '../running/program-specs.ts';
import type { MessagingPlan } from './crash-plan.ts';
import { type Journey, runPhase } from './journey.ts';
import type { Leg } from './leg.ts';
import { crashServer, killWhileWaitingOrBroken } from './kills.ts';
import { hasCaughtUp, logEnd } from './log-state.ts';
import { withDatabase } from './owners.ts';
import { leave, measureCutover, targetOf } from './leaving.ts';

/** The load of the traffic's profile at speed 1, in requests per second. */
const profileRate = 15;
const catchUpWithinMs = 120_000;

export async function runMessagingPhases(journey: Journey, plan: MessagingPlan): Promise<void> {
  const isShort = journey.thoroughness === 'short';
  const phase = (name: string, work: () => Promise<void>) => runPhase(journey, name, work);
  const { hearer } = plan;

  await phase('events: calm', () => measured(journey, 'calm', isShort ? 3_000 : 30_000));
  await phase('events: kills', () => killWhileWaitingOrBroken(journey, plan.points));
  await phase(`events: no ${hearer}`, () => awayFor(journey, hearer, isShort ? 3_000 : 15_000));
  if (isOurs(journey)) await phase('events: no broker', () => brokerAwayFor(journey, hearer, isShort ? 3_000 : 30_000));
  await phase('events: database', () => crashServer(journey));
  const lost = journey.legs.findLast(({ service }) => service === hearer);
  if (lost !== undefined) await phase(`events: ${hearer} lost`, () => lose(journey, lost));
  await dependantsFirst(journey, phase, isShort ? 20 : 500);
  if (!isShort) await phase('events: at ease', () => atProfileLoad(journey));
}

/** Nothing is disturbed meanwhile: the times of sagas in this span are what they take. */
async function measured(journey: Journey, name: string, ms: number): Promise<void> {
  await delay(2_000, undefined, { signal: journey.signal });
  const from = Date.now();
  await delay(ms, undefined, { signal: journey.signal });
  journey.progress.facts.set(`measured ${name}`, JSON.stringify([from, Date.now()]));
}

async function awayFor(journey: Journey, service: string, ms: number): Promise<void> {
  const program = journey.running.programs.get(service);
  const at = Date.now();
  await program?.stop();
  await delay(ms, undefined, { signal: journey.signal });
  await program?.start();
  journey.book.note({ point: 'stopped', target: service, at, isAbsence: true }, Date.now());
  await caughtUp(journey, service, 'stopped');
}

/** A broker that somebody else runs is not taken away. */
function isOurs({ running }: Journey): boolean {
  return running.broker === undefined || running.broker.node !== undefined;
}

async function brokerAwayFor(journey: Journey, hearer: string, ms: number): Promise<void> {
  const at = Date.now();
  const node = journey.running.broker?.node;
  if (node === undefined) await cutOffEventStore(journey, ms);
  else {
    await node.kill();
    try {
      await delay(ms, undefined, { signal: journey.signal });
    } finally {
      await node.start();
    }
  }
  journey.book.note({ point: node === undefined ? 'cut off' : 'killed', target: 'broker', at, isAbsence: true }, Date.now());
  await caughtUp(journey, hearer, 'broker away');
}

/** Nobody gets to it, and whoever was there is thrown out. */
async function cutOffEventStore({ running, signal }: Journey, ms: number): Promise<void> {
  const name = escapeIdentifier(eventStoreDatabase);
  await withDatabase(running.server.url, async (admin) => {
    await admin.query(`alter database ${name} with allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [eventStoreDatabase]);
    try {
      await delay(ms, undefined, { signal });
    } finally {
      await admin.query(`alter database ${name} with allow_connections true`);
    }
  });
}

/** Its database is gone with everything in it. The monolith takes its tables back as they had flowed; the service begins on an empty database and leaves anew. */
async function lose(journey: Journey, leg: Leg): Promise<void> {
  const { running, client, book, progress } = journey;
  const { service, extraction } = leg;
  const program = running.programs.get(service);
  const { database } = programDefinition(running.plan, service);
  const at = Date.now();
  await program?.stop();
  // What it had committed has flowed back: what is lost with the database is then known to be nothing.
  await client.read(`/v1/reached?extraction=${extraction}`);
  progress.facts.set(`wiped ${service}`, String(await logEnd(journey)));
  await withDatabase(running.server.url, (admin) => dropDatabase(admin, database));
  await client.move(`/v1/extractions/${extraction}/back`, { lost: true, actor: 'prove', reason: 'its database was dropped' }, () => {});
  await withDatabase(running.server.url, (admin) => admin.query(`create database ${escapeIdentifier(database)} template template0`));
  await program?.start();
  book.note({ point: 'database lost', target: service, at, isAbsence: true }, Date.now());
  await leave(journey, leg);
}

/** Until everything that is at the broker by now is handled or set aside; more comes meanwhile. */
async function caughtUp(journey: Journey, service: string, how: string): Promise<void> {
  const began = performance.now();
  if (await hasCaughtUp(journey, service, catchUpWithinMs))
    journey.progress.catchUps.push({ service, how, ms: Math.round(performance.now() - began) });
  else journey.progress.notReached.push(`${service} has not caught up after "${how}"`);
}

/** One goes back on which others stand that own their data: those go back first, by the same command. Then all leave again. */
async function dependantsFirst(journey: Journey, phase: (name: string, work: () => Promise<void>) => Promise<void>, writes: number) {
  const owners = journey.legs.filter(({ mayOwn }) => mayOwn);
  const isBehind = (leg: Leg) => owners.filter(({ after }) => after.includes(leg.extraction));
  const leg = owners.find((one) => isBehind(one).length > 0);
  if (leg === undefined) return;
  await phase(`${leg.extraction}: back`, () => measureCutover(journey, leg, targetOf(journey, leg, 'canary', 100), writes));
  await phase(`${leg.extraction}: forward`, () => measureCutover(journey, leg, targetOf(journey, leg, 'owner'), writes));
  for (const dependant of isBehind(leg))
    await phase(`${dependant.extraction}: forward`, async () => void (await journey.mover.reach(targetOf(journey, dependant, 'owner'))));
}

/** As many requests as the profile has at speed 1: what a saga takes when nothing else presses. */
async function atProfileLoad(journey: Journey): Promise<void> {
  const { traffic } = journey;
  await traffic.setRate(profileRate);
  await measured(journey, "at the profile's load", 60_000);
  await traffic.setRate(traffic.rate);
}
