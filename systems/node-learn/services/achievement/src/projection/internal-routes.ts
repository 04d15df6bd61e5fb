/** What other services may ask: the copies that badges depend on, to compare them with what they are of. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { COPIES, type Copies } from '@banyan/nest';
import type { InternalRoutes as Routes } from '@banyan/service';
import { achievementInternal } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { ACHIEVEMENT_SETTINGS, type AchievementSettings } from '../settings.ts';

@Injectable()
export class InternalRoutes implements Routes {
  readonly tokens: ServiceTokens;
  readonly handlers: Routes['handlers'];

  constructor(@Inject(ACHIEVEMENT_SETTINGS) settings: AchievementSettings, @Inject(COPIES) copies: Copies) {
    this.tokens = createServiceTokens({ service: 'achievement', secret: settings.SERVICE_SECRET });
    this.handlers = [{ endpoint: achievementInternal.copies, answer: ({ params, query }) => copies(params['name'] ?? '', query) }];
  }
}
