/** A migration as small as one can be that still uses every step: one table, a read, two writes, a side program. */

import { defineMigration, extraction, reads, writes } from '@banyan/migration';

export default defineMigration({
  system: process.env['SMALL_SYSTEM'] ?? 'small',
  extractions: [
    extraction('accounts', {
      service: 'accounts',
      routes: [
        { method: 'GET', path: '/users/:id', effect: reads('public.users') },
        { method: 'POST', path: '/users', effect: writes('public.users') },
        { method: 'POST', path: '/users/:id/visits', effect: writes('public.users') },
      ],
      tables: [{ source: 'public.users', target: 'public.users' }],
      sidePrograms: ['mailer'],
      canaryShares: [50, 100],
      gates: { shadowCompared: 5, canaryRequests: 5, canaryLatencySlackMs: 5000, verificationAgeS: 600 },
      readByMonolith: ['the mailer reads names'],
    }),
  ],
});
