// Program: live traffic for Node-Learn.
import { createGoogleStandIn, runTrafficProgram } from '@banyan/proof';
import { type MixName, mixes, requestsPerSecondAtSpeed1 } from './profile/mix.ts';
import { createNodeLearnProfile } from './profile/profile.ts';

await runTrafficProgram({
  system: 'node-learn',
  standIns: ['google'],
  mixes: Object.keys(mixes),
  defaultRate: requestsPerSecondAtSpeed1,
  createProfile: ({ standInUrls, mix, seed, run }) => {
    const google = createGoogleStandIn(standInUrls['google'] ?? '');
    return { ...createNodeLearnProfile({ google, mix: mixes[mix as MixName], seed, run }), close: () => google.close() };
  },
});
