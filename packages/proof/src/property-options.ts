// How many examples a property is tried with, and which ones.

export interface PropertyOptions {
  readonly numRuns: number;
  readonly endOnFailure: true;
  readonly seed?: number;
}

/**
 * For `assert` of fast-check. `BANYAN_PROPERTY_RUNS` asks for more examples than the test takes by itself; `BANYAN_PROPERTY_SEED` fixes them, as CI does,
 * so that what fails there fails by the change. Without it every run draws new ones, and a failure names the seed that shows it again.
 */
export function propertyOptions(runs: number): PropertyOptions {
  const { BANYAN_PROPERTY_RUNS: wanted, BANYAN_PROPERTY_SEED: seed } = process.env;
  return { numRuns: Number(wanted ?? runs), endOnFailure: true, ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
