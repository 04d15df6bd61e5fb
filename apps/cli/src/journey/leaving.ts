/** How one extraction leaves through its stages and gates, and how its change of owner is measured. */
import { setTimeout as delay } from 'node:timers/promises';
import { readLiveSystem } from '../rehearsal/live-system.ts';
import { runRehearsal } from '../rehearsal/rehearse.ts';
import { tellRehearsal } from '../rehearsal/tell-rehearsal.ts';
import { findLiveRuns } from '../running/run-directory.ts';
import { type Journey, runPhase } from './journey.ts';
import type { Leg } from './leg.ts';
import { measuredReasons } from './measured-moves.ts';
import type { Target } from './mover.ts';
import { writesOfOwner } from './owners.ts';

/** Replays what has been recorded by then, also when it is less than wished for. */
const rehearsalWaitMs = 240_000;

/** As far as it may go, through all stages and gates. */
export async function leave(journey: Journey, leg: Leg): Promise<void> {
  const reach = (stage: string, sharePercent?: number) => journey.mover.reach(targetOf(journey, leg, stage, sharePercent));
  const phase = (name: string, work: () => Promise<void>) => runPhase(journey, `${leg.extraction}: ${name}`, work);
  if (leg.isAsked) {
    // Never forced: what it keeps of other services' rows has to be there.
    await phase('shadow', async () => void (await journey.mover.reach({ ...targetOf(journey, leg, 'shadow'), force: false })));
    await phase('canary', async () => void (await reach('canary', 100)));
  } else await phase('copy', async () => void (await reach('replicating')));
  if (!leg.mayOwn) return;
  if (leg.isRehearsed && !journey.isForced && !journey.progress.rehearsed.has(leg.extraction))
    await phase('rehearsal', () => rehearse(journey, leg));
  await phase('owner', async () => void (await reach('owner')));
}

/** Its writes are done again on scratch copies of both sides, as `banyan rehearse` does it; what differs fails the gate before owner. */
async function rehearse(journey: Journey, { extraction }: Leg): Promise<void> {
  const { running, client, mover, progress, reporter, signal } = journey;
  const run = findLiveRuns().find(({ directory }) => directory === running.plan.directory);
  if (run === undefined) throw new TypeError(`The run in ${running.plan.directory} has no record.`);
  const [live, state] = [await readLiveSystem(run), await mover.settledState()];
  const quiet = { ...reporter, step: () => {} };
  await tellRehearsal(
    client,
    extraction,
    'prove',
    await runRehearsal({ live, extraction, state, waitMs: rehearsalWaitMs, reporter: quiet, signal }),
  );
  progress.rehearsed.add(extraction);
}

export function targetOf({ isForced }: Journey, { extraction }: Leg, stage: string, sharePercent?: number): Target {
  return { extraction, stage, reason: 'the journey', force: isForced, ...(sharePercent === undefined ? {} : { sharePercent }) };
}

/** Waits for so many writes since the ownership last moved, then moves it with nothing in the way. */
export async function measureCutover(journey: Journey, leg: Leg, target: Target, writes: number): Promise<void> {
  const since = await writesOfOwner(journey, leg);
  const deadline = Date.now() + 300_000;
  let made = 0;
  while (made < writes && Date.now() < deadline && !journey.signal.aborted) {
    await delay(500);
    made = (await writesOfOwner(journey, leg)) - since;
  }
  journey.progress.writesBeforeCutovers.push({ extraction: leg.extraction, writes: made });
  await journey.mover.reach({ ...target, reason: measuredReasons.cutover });
  await delay(1_000);
}
