// Program: live traffic for Helpdesk.
import { createMailStandIn, runTrafficProgram } from '@banyan/proof';
import { type MixName, mixes, requestsPerSecondAtSpeed1 } from './profile/mix.ts';
import { createHelpdeskProfile } from './profile/profile.ts';

await runTrafficProgram({
  system: 'helpdesk',
  standIns: ['mail'],
  mixes: Object.keys(mixes),
  defaultRate: requestsPerSecondAtSpeed1,
  createProfile: ({ standInUrls, mix, seed, run }) => {
    const mail = createMailStandIn(standInUrls['mail'] ?? '');
    return { ...createHelpdeskProfile({ mail, mix: mixes[mix as MixName], seed, run }), close: () => mail.close() };
  },
});
