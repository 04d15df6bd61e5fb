import { describeBusDriver } from '@banyan/bus/conformance';
import { createTestDatabase } from '@banyan/proof/test-database';
import type { BusDriver } from '@banyan/bus';
import { createPostgresDriver } from './create-postgres-driver.ts';

describeBusDriver('PostgreSQL', async () => {
  const database = await createTestDatabase();
  const names = new Map<BusDriver, string>();
  return {
    createDriver: async () => {
      const name = `driver ${names.size}`;
      const driver = await createPostgresDriver({ url: database.url, name, releasePauseMs: 50 });
      names.set(driver, name);
      return driver;
    },
    kill: async (driver) => {
      const name = names.get(driver)!;
      await database.query('select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name in ($1, $2)', [
        name,
        `${name} billing`,
      ]);
    },
    close: async () => {
      await Promise.all([...names.keys()].map((driver) => driver.close()));
      await database.close();
    },
  };
});
