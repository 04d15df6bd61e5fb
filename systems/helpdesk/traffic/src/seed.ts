/** Program: fills a Helpdesk database with the demo data. `node dist/seed.js [--scale N] [--replace]`, with DATABASE_URL set. */
import { runSeedProgram } from '@banyan/proof';
import { createDataSet } from './data-set/data-set.ts';
import { loadDataSet } from './data-set/load-data-set.ts';

await runSeedProgram({
  title: 'Helpdesk',
  load: (client, { scale, replace }) => loadDataSet(client, createDataSet({ scale, now: Date.now() }), { replace }),
});
