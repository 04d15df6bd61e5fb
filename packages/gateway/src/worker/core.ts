/** What every exchange of one worker shares. */
import type { GatewayLimits } from '../config.ts';
import type { HeadRules } from '../proxy/request-head.ts';
import type { Upstreams } from '../proxy/upstreams.ts';
import type { Router } from '../routing/router.ts';
import type { WriteRecorder } from '../recording/write-recorder.ts';
import type { ShadowSampler } from '../shadow/sampler.ts';
import type { AccessLog } from './access-log.ts';
import type { Holds } from './holds.ts';
import type { InFlight } from './in-flight.ts';
import type { LatestRequests } from './latest-requests.ts';
import type { Pins } from './pins.ts';
import type { Traffic } from './traffic.ts';

export interface WorkerCore {
  router: Router;
  draining: boolean;
  readonly limits: GatewayLimits;
  /** Whose browsers may read what the gateway answers by itself. */
  readonly allowOrigin: string | undefined;
  readonly rules: HeadRules;
  readonly upstreams: Upstreams;
  readonly holds: Holds;
  readonly inFlight: InFlight;
  readonly traffic: Traffic;
  readonly pins: Pins;
  readonly shadow: ShadowSampler;
  readonly recorder: WriteRecorder;
  readonly log: AccessLog | undefined;
  readonly latest: LatestRequests;
}
