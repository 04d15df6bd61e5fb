/** Brings a system that has just been filled to the end of its migration at once, without its monolith ever running. */
import { setTimeout as delay } from 'node:timers/promises';
import type { StateView } from '@banyan/controller/state-view';
import { ControllerClient } from '../controller-client.ts';
import { namesToRetire } from '../retirement.ts';
import { readEnd } from './end-of-monolith.ts';
import type { RunningSystem } from './start-system.ts';

const how = { actor: 'up', force: true, reason: 'a run of the services alone begins at the end' };

/** Nobody asks anything yet, so gates that count have nothing to count. Resolves when the services run with their corrections. */
export async function takeOverAll({ plan }: RunningSystem, onStep: (text: string) => void, signal: AbortSignal): Promise<void> {
  const client = new ControllerClient({ url: `http://127.0.0.1:${plan.controllerPort}`, token: plan.secrets['controllerToken'] ?? '' });
  const advance = async (name: string, to: object) => {
    await client.move(`/v1/extractions/${name}/advance`, { ...how, ...to }, () => {}, signal);
  };
  for (const { name, cutOverBy } of plan.system.migration.extractions) {
    await advance(name, cutOverBy === undefined ? { to: 'owner' } : { to: 'canary', sharePercent: 100 });
    onStep(name);
  }
  for (const name of namesToRetire(await client.read<StateView>('/v1/state', signal))) await advance(name, { to: 'retired' });
  await client.move('/v1/corrections', { on: true, actor: how.actor, reason: how.reason }, () => {}, signal);
  while (!readEnd(plan.directory).corrections) await delay(100, undefined, { signal });
  onStep('corrections');
}
