/** Program: fills a Node-Learn database with the demo data. `node dist/seed.js [--scale N] [--replace]`, with DATABASE_URL set. */
import { runSeedProgram } from '@banyan/proof';
import { createDataSet, defaultAvatarBaseUrl } from './data-set/data-set.ts';
import { loadDataSet } from './data-set/load-data-set.ts';

await runSeedProgram({
  title: 'Node-Learn',
  load: (client, { scale, replace }) =>
    loadDataSet(client, createDataSet({ scale, avatarBaseUrl: process.env['AVATAR_BASE_URL'] ?? defaultAvatarBaseUrl }), { replace }),
});
