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
      'systems/**/src/**/*.test.ts',
      'tidy/**/*.test.ts',
      'bench/src/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', '**/planted/**'],
    globalSetup: ['packages/proof/src/vitest-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Long enough for a machine on which everything else runs as well; what is waited for usually comes at once.
    expect: { poll: { timeout: 20_000 } },
    sequence: { sequencer: WholeSystemsFirst },
    maxWorkers: 2,
    pool: 'forks',
  },
});
