/** Node-Learn with some of its extractions under way and traffic on it, for a test that rehearses one of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import type { RehearsalEvidence } from '@banyan/migration/rehearsal-evidence';
import type { FaultyStart } from '@banyan/proof/planted-fault';
import { vi } from 'vitest';
import { ControllerClient } from '../../controller-client.ts';
import { createReporter } from '../../output.ts';
import { findFreePorts } from '../../programs/ports.ts';
import { locateSystem } from '../../running/locate-system.ts';
import { findLiveRun } from '../../running/run-directory.ts';
import { startSystem } from '../../running/start-system.ts';
import { startTraffic } from '../../running/traffic.ts';
import { readLiveSystem } from '../live-system.ts';
import { runRehearsal } from '../rehearse.ts';

export const nodeLearn = join(import.meta.dirname, '../../../../../systems/node-learn');

export interface NodeLearnUnderTraffic {
  /** @param faulty is started so in place of the extraction's service */
  rehearse(extraction: string, faulty?: FaultyStart): Promise<RehearsalEvidence>;
  stop(): Promise<void>;
}

export interface TrafficOptions {
  readonly rate: number;
  readonly mix: 'demo' | 'proof';
}

/** @param stages reached by force, in this order */
export async function startUnderTraffic(
  stages: readonly (readonly [extraction: string, stage: string])[],
  traffic: TrafficOptions,
): Promise<NodeLearnUnderTraffic> {
  const home = mkdtempSync(join(tmpdir(), 'banyan-rehearsal-'));
  vi.stubEnv('BANYAN_ROOT', home);
  const reporter = createReporter(true);
  const [port = 0] = await findFreePorts(1);
  const system = await locateSystem(nodeLearn);
  const running = await startSystem({ system, kind: 'up', fresh: true, port, gatewayWorkers: 1, seedScale: 1, reporter });
  const { controllerPort, secrets } = running.plan;
  const controller = new ControllerClient({ url: `http://127.0.0.1:${controllerPort}`, token: secrets['controllerToken'] ?? '' });
  const request = { actor: 'ada', force: true, reason: 'the writes are what is looked at' };
  for (const [name, to] of stages) await controller.move(`/v1/extractions/${name}/advance`, { ...request, to }, () => {});
  await startTraffic(running, { ...traffic, seed: 7 });
  return {
    rehearse: async (extraction, faulty = { nodeArguments: [], environment: {} }) =>
      runRehearsal({
        live: await readLiveSystem(findLiveRun(undefined)),
        extraction,
        state: await controller.read<StateView>('/v1/state'),
        waitMs: 240_000,
        reporter,
        signal: new AbortController().signal,
        instrument: (program) => (program === extraction ? faulty : { nodeArguments: [], environment: {} }),
      }),
    stop: async () => {
      await running.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
