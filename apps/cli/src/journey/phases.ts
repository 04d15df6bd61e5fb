/** The phases of the journey, in order: one extraction there and back with kills at every step, then all others, then what lives between them. */
import { setTimeout as delay } from 'node:timers/promises';
import { isEventStore } from '@banyan/service/load-driver';
import { type DriverName, planCrashes, planMessagingCrashes } from './crash-plan.ts';
import { leave, measureCutover, targetOf } from './leaving.ts';
import { runEndPhases } from './end-phases.ts';
import { runMessagingPhases } from './messaging-phases.ts';
import { type Journey, runPhase } from './journey.ts';
import type { Leg } from './leg.ts';
import type { CrashTarget } from './kill-sequence.ts';
import { canBreak, crashServer, killWhileCancelling, killWhileMoving, killWhileOperating, killWhileWaiting } from './kills.ts';
import { measuredReasons } from './measured-moves.ts';
import type { Target } from './mover.ts';

export async function runPhases(journey: Journey): Promise<void> {
  const [first, ...others] = journey.legs;
  if (first === undefined) return;
  await thereAndBack(journey, first);
  for (const leg of others) await leave(journey, leg);
  const { system } = journey.running.plan;
  const messaging = await planMessagingCrashes(
    system,
    others,
    journey.thoroughness,
    (service) => canBreak(journey, service),
    driverOf(journey),
  );
  if (messaging !== undefined) await runMessagingPhases(journey, messaging);
  await runEndPhases(journey);
}

function driverOf({ running }: Journey): DriverName {
  return running.broker === undefined || isEventStore(running.broker.url) ? '@banyan/bus-postgres' : '@banyan/bus-rabbitmq';
}

/** The whole way of one extraction, with kills at every step of it. */
async function thereAndBack(journey: Journey, leg: Leg): Promise<void> {
  const isShort = journey.thoroughness === 'short';
  const plan = await planCrashes(journey.running.plan.system, leg.service, journey.thoroughness);
  const phase = (name: string, work: () => Promise<void>) => runPhase(journey, `${leg.extraction}: ${name}`, work);
  // Gates count the errors that kills bring: the full proof waits until they have become few again.
  const at = (stage: string, sharePercent?: number) => ({ ...targetOf(journey, leg, stage, sharePercent), force: isShort });
  const reach = (stage: string, sharePercent?: number) => journey.mover.reach(at(stage, sharePercent));
  const alternate = (points: readonly CrashTarget[], one: Target, other: Target) => killWhileMoving(journey, points, [one, other]);
  const writes = isShort ? 20 : 500;

  await phase('copy', () => alternate(plan.copy, at('replicating'), at('planned')));
  await phase('shadow', async () => {
    await reach('shadow');
    await killWhileWaiting(journey, [...plan.follow, ...plan.requests]);
  });
  await phase('flips', () => measureFlips(journey, at, isShort ? 2 : 6));
  await phase('routes', () => alternate(plan.routes, at('canary', 10), at('shadow')));
  await phase('database', () => crashServer(journey));
  await phase('canary', async () => void (await reach('canary', 100)));
  await phase('cutover', () => alternate(plan.cutover, at('owner'), at('canary', 100)));
  await phase('cancel', () => killWhileCancelling(journey, leg, plan.cancel, at('canary', 100)));
  await phase('owner', async () => {
    await reach('owner');
    await killWhileWaiting(journey, plan.service);
    await killWhileOperating(journey, leg, plan.reverse);
    await crashServer(journey);
  });
  await phase('back', () => measureCutover(journey, leg, at('canary', 100), writes));
  await phase('forward', () => measureCutover(journey, leg, at('owner'), writes));
}

async function measureFlips({ mover }: Journey, at: (stage: string, sharePercent?: number) => Target, pairs: number): Promise<void> {
  const reason = measuredReasons.flip;
  for (let pair = 0; pair < pairs; pair += 1) {
    await mover.reach({ ...at('canary', 10), reason });
    await delay(300);
    await mover.reach({ ...at('shadow'), reason });
    await delay(300);
  }
}
