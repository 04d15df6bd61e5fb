/** The counts and limits of the gates, with their defaults; an extraction changes them under `gates`. */

export interface GateSettings {
  /** Shadow comparisons needed before canary, over all routes. Default 200. */
  readonly shadowCompared: number;
  /** Unexplained mismatches allowed. Default 0. */
  readonly shadowMismatches: number;
  /** Requests the service must have answered at a share before the next share or ownership. Default 50. */
  readonly canaryRequests: number;
  /** Percent of the service's answers that may be errors which the owner does not answer as well. Default 0.5. */
  readonly canaryErrorPercent: number;
  /** The service's p99 may be this many times the owner's ... Default 2. */
  readonly canaryLatencyFactor: number;
  /** ... plus this many milliseconds. Default 50. */
  readonly canaryLatencySlackMs: number;
  /** Milliseconds the copy may be behind. Default 1000. */
  readonly replicationLagMs: number;
  /** Seconds a verification counts as fresh. Default 60. */
  readonly verificationAgeS: number;
  /** Recorded writes that a rehearsal must have done again before the service becomes the owner; 0 asks for no rehearsal. Default 20. */
  readonly writesReplayed: number;
  /** Seconds a rehearsal counts. Default 86400. */
  readonly rehearsalAgeS: number;
  /** Requests the service must have answered as owner before it may be retired. Default 1000. */
  readonly ownerRequests: number;
  /** Time budget of a cutover in milliseconds, after which it cancels itself. Default 2000. */
  readonly cutoverBudgetMs: number;
}

export const defaultGateSettings: GateSettings = {
  shadowCompared: 200,
  shadowMismatches: 0,
  canaryRequests: 50,
  canaryErrorPercent: 0.5,
  canaryLatencyFactor: 2,
  canaryLatencySlackMs: 50,
  replicationLagMs: 1000,
  verificationAgeS: 60,
  writesReplayed: 20,
  rehearsalAgeS: 86_400,
  ownerRequests: 1000,
  cutoverBudgetMs: 2000,
};
