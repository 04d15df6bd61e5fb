// One configuration for every test of the repository: tests lie beside the code, PostgreSQL is started once per run.
import { defineConfig } from 'vitest/config';

const withWholeSystems = ['apps/cli/src/**/*.test.ts'];

const isShortRun = process.env['BANYAN_SHORT_RUN'] !== undefined;

/** Each takes long, and shows at one more stage, with one more system, broker or fault what another suite shows once: left to CI unless named. */
const leftToCi = [
  'systems/**/src/planted-faults.test.ts',
  'systems/node-learn/services/question/src/at-canary.test.ts',
  'systems/*/services/*/src/**/{kills,killed-replicas,late-checks,with-its-neighbours,flags-and-start}.test.ts',
  'systems/*/traffic/src/profile/monolith-under-traffic.test.ts',
  'systems/node-learn/traffic/src/recount/event-recount.test.ts',
  'packages/*/src/**/kills.test.ts',
  'systems/helpdesk/acceptance/src/browser.test.ts',
  'packages/bus-rabbitmq/src/faults.test.ts',
  'packages/proof/src/rabbitmq-server.test.ts',
  'packages/service/src/broker.test.ts',
  'apps/controller/src/archiving.test.ts',
  'apps/cli/src/rehearsal/rehearse-{quiz,leaderboard}.test.ts',
  'apps/cli/src/running/{lost-database,on-rabbitmq}.test.ts',
  'apps/cli/src/commands/up-only.test.ts',
  'apps/cli/src/guides/your-own-monolith.test.ts',
  'apps/cli/src/journey/{journey,helpdesk-at-every-stage}.test.ts',
  'apps/controller/src/{crashes,lost-database}.test.ts',
];

export default defineConfig({
  test: {
    exclude: ['**/node_modules/**', '**/dist/**', '**/planted/**', ...(isShortRun ? leftToCi : [])],
    globalSetup: ['packages/proof/src/vitest-setup.ts'],
    // Long enough for a machine on which everything else runs as well; what is waited for usually comes at once.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // Whole systems under kills share two cores with themselves: what does not hold at once is tried once more, and named at the end.
    retry: process.env['CI'] === undefined ? 0 : 1,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'apps/*/page/**/*.test.ts',
            'systems/**/src/**/*.test.ts',
            'tidy/**/*.test.ts',
            'bench/src/**/*.test.ts',
            'simulation/src/**/*.test.ts',
          ],
          exclude: withWholeSystems,
          maxWorkers: isShortRun ? 3 : 2, // a third of the time is waiting; kills and planted faults leave less of it
        },
      },
      // Two whole systems beside each other starve on two cores, and so does one beside anything else.
      { extends: true, test: { name: 'whole systems', include: withWholeSystems, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
