/** What other services may ask: the copies that badges depend on, to compare them with what they are of. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { COPIES, type Copies } from '@banyan/nest';
import { answerServices, type InternalAnswer, type InternalRequest } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { ACHIEVEMENT_SETTINGS, type AchievementSettings } from '../settings.ts';

@Injectable()
export class InternalRoutes {
  private readonly tokens: ServiceTokens;

  constructor(
    @Inject(ACHIEVEMENT_SETTINGS) settings: AchievementSettings,
    @Inject(COPIES) private readonly copies: Copies,
  ) {
    this.tokens = createServiceTokens({ service: 'achievement', secret: settings.SERVICE_SECRET });
  }

  answer(request: InternalRequest): Promise<InternalAnswer> {
    return answerServices(request, { service: 'achievement', tokens: this.tokens, find: this.copies });
  }
}
