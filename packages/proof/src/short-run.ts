// What tests on a desk leave to CI and to `banyan prove`.

/**
 * For `test.skipIf(...)` and `describe.skipIf(...)`: true unless `BANYAN_NO_SKIPS` is set, as it is in CI. What is left out takes long and shows
 * at one more stage, or with one more fault, what the rest shows once.
 */
export function isShortRun(environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return environment['BANYAN_NO_SKIPS'] === undefined;
}
