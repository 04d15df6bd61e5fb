/** The last phases of a journey: what has no rows leaves as well, the ways back end, and the traffic goes on without the monolith. */
import { setTimeout as delay } from 'node:timers/promises';
import { namesToRetire } from '../retirement.ts';
import { monolithName } from '../running/program-specs.ts';
import { type Journey, runPhase } from './journey.ts';

const reason = 'the journey';
const endedWithinMs = 30_000;
/** How long the traffic goes on with the monolith off. */
const aloneMs = { short: 5_000, full: 60_000 } as const;

/** Nothing of this when the migration leaves requests to the monolith, or a reader that never goes. */
export async function runEndPhases(journey: Journey): Promise<void> {
  const { extractions } = journey.running.plan.system.migration;
  const { monolith } = await journey.mover.settledState();
  const isWhole = extractions.every(({ name, cutOverBy }) => cutOverBy !== undefined || monolith.retirementOrder.includes(name));
  if (!isWhole) return;
  const { isForced: force } = journey;
  for (const { name } of extractions.filter(({ tables, cutsOver }) => tables.length === 0 && cutsOver === undefined))
    await runPhase(
      journey,
      `${name}: owner`,
      async () => void (await journey.mover.reach({ extraction: name, stage: 'owner', reason, force })),
    );
  await runPhase(journey, 'retired', () => retireAll(journey));
  await runPhase(journey, 'without the monolith', () => goOnAlone(journey));
}

async function retireAll(journey: Journey): Promise<void> {
  const { isForced: force, progress } = journey;
  for (const extraction of namesToRetire(await journey.mover.settledState())) {
    await journey.mover.reach({ extraction, stage: 'retired', reason, force });
    progress.retired.push(extraction);
  }
}

async function goOnAlone({ running, thoroughness, signal, progress }: Journey): Promise<void> {
  const monolith = monolithName(running.plan);
  for (const deadline = Date.now() + endedWithinMs; running.programs.has(monolith) && Date.now() < deadline;)
    await delay(100, undefined, { signal });
  if (running.programs.has(monolith)) progress.notReached.push('the monolith was not ended');
  await delay(aloneMs[thoroughness], undefined, { signal });
}
