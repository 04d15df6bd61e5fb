/** What other services may ask: the copies that boards refer to, to compare them with what they are of. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { COPIES, type Copies } from '@banyan/nest';
import type { InternalRoutes as Routes } from '@banyan/service';
import { leaderboardInternal } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { LEADERBOARD_SETTINGS, type LeaderboardSettings } from '../settings.ts';

@Injectable()
export class InternalRoutes implements Routes {
  readonly tokens: ServiceTokens;
  readonly handlers: Routes['handlers'];

  constructor(@Inject(LEADERBOARD_SETTINGS) settings: LeaderboardSettings, @Inject(COPIES) copies: Copies) {
    this.tokens = createServiceTokens({ service: 'leaderboard', secret: settings.SERVICE_SECRET });
    this.handlers = [{ endpoint: leaderboardInternal.copies, answer: ({ params, query }) => copies(params['name'] ?? '', query) }];
  }
}
