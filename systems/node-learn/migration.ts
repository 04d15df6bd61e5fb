/** How Node-Learn is taken apart, in order; README.md tells why in this order. */

import { defineMigration, extraction, reads, writes } from '@banyan/migration';

export default defineMigration({
  system: 'node-learn',
  extractions: [
    // Identity first: one small table that many read. The callback is never shadowed, because a sign-in code works once.
    extraction('auth', {
      service: 'auth',
      routes: [
        { method: 'GET', path: '/api/auth/google', effect: reads() },
        {
          method: 'GET',
          path: '/api/auth/google/callback',
          effect: writes('public.users'),
          issuesToken: { from: 'location', parameter: 'token' },
        },
        { method: 'GET', path: '/api/auth/profile', effect: reads() },
      ],
      tables: [{ source: 'public.users', target: 'public.users' }],
      gates: { shadowCompared: 50, canaryRequests: 20 },
      readByMonolith: [
        'stats, badges and boards refer to users by foreign keys',
        'GET /api/leaderboard/mode/:modeId joins users for names',
        'GET /api/admin/users lists them',
      ],
    }),
  ],
});
