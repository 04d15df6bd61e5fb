// What `npm test` on a desk leaves to CI and to `banyan prove`.

/**
 * For `test.skipIf(...)` inside a file; whole files are named in `vitest.config.ts`. True while `npm test` runs everything (`BANYAN_SHORT_RUN`), outside
 * CI. What is left out takes long and shows at one more stage, or with one more fault, what the rest shows once.
 */
export function isShortRun(environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return environment['BANYAN_SHORT_RUN'] !== undefined;
}
