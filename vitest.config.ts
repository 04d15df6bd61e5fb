// One configuration for every test of the repository: tests lie beside the code, PostgreSQL is started once per run.
import { defineConfig } from 'vitest/config';

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
    maxWorkers: 2,
    pool: 'forks',
  },
});
