// One configuration for every test of the repository: tests lie beside the code, PostgreSQL is started once per run.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What starts whole systems takes longest and begins first, so that no core is idle at the end. */
class WholeSystemsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isWholeSystem = ({ moduleId }: TestSpecification) => /\/apps\/(?:cli|controller)\//.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isWholeSystem), ...sorted.filter((file) => !isWholeSystem(file))];
  }
}

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'apps/*/page/**/*.test.ts',
      'systems/**/src/**/*.test.ts',
      'tidy/**/*.test.ts',
      'bench/src/**/*.test.ts',
      'simulation/src/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', '**/planted/**'],
    globalSetup: ['packages/proof/src/vitest-setup.ts'],
    // Long enough for a machine on which everything else runs as well; what is waited for usually comes at once.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: WholeSystemsFirst },
    // Whole systems under kills share two cores with other tests: what does not hold at once is tried once more, and named at the end.
    retry: process.env['CI'] === undefined ? 0 : 1,
    // Two whole systems beside each other starve on two cores; who changes one part rarely runs two of them.
    maxWorkers: process.env['CI'] === undefined ? 2 : 1,
    pool: 'forks',
  },
});
