/** A migration as small as one can be that still uses every step: one table, a read, three writes, a side program. */

import { defineMigration, extraction, reads, writes } from '@banyan/migration';

/** Tests of moves alone have nobody who rehearses, and those that rehearse no side program. */
const writesReplayed = Number(process.env['SMALL_WRITES'] ?? 0);

export default defineMigration({
  system: process.env['SMALL_SYSTEM'] ?? 'small',
  extractions: [
    extraction('accounts', {
      service: 'accounts',
      routes: [
        { method: 'GET', path: '/users/:id', effect: reads('public.users') },
        { method: 'POST', path: '/users', effect: writes('public.users') },
        { method: 'POST', path: '/users/:id/visits', effect: writes('public.users') },
        {
          method: 'POST',
          path: '/visits',
          effect: writes('public.users'),
          compare: { announces: { field: 'awards', to: 'userId' } },
        },
      ],
      tables: [{ source: 'public.users', target: 'public.users' }],
      tells: ['accounts'],
      sidePrograms: writesReplayed === 0 ? ['mailer'] : [],
      canaryShares: [50, 100],
      gates: {
        shadowCompared: 5,
        canaryRequests: 5,
        canaryLatencySlackMs: 5000,
        verificationAgeS: 600,
        cutoverBudgetMs: 5_000,
        writesReplayed,
      },
      readByMonolith: ['the mailer reads names'],
    }),
  ],
});
