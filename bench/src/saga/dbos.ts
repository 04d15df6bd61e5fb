/** Three steps as a workflow of DBOS, on a pool of the same size as ours. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Pool } from 'pg';
import { effect, effectsTable, type Runner, steps } from './runner.ts';

export async function startRunner(url: string): Promise<Runner> {
  const local = new Pool({ connectionString: url, max: 20 });
  await local.query(effectsTable);
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: 20, logLevel: 'error' });
  const work = DBOS.registerWorkflow(
    async (key: string, withEffects: boolean) => {
      for (const step of steps) {
        const action = async () => {
          if (withEffects) await local.query(effect, [key, step]);
          return { ok: true };
        };
        await DBOS.runStep(action, { name: step });
      }
      return true;
    },
    { name: 'work' },
  );
  await DBOS.launch();
  return {
    run: async (key, withEffects) => {
      const handle = await DBOS.startWorkflow(work, { workflowID: key })(key, withEffects);
      await handle.getResult();
    },
    close: async () => {
      await DBOS.shutdown();
      await local.end();
    },
  };
}
