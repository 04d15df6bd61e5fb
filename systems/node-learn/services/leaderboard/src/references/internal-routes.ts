/** What other services may ask: the copies that boards refer to, to compare them with what they are of. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { COPIES, type Copies } from '@banyan/nest';
import { answerServices, type InternalAnswer, type InternalRequest } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { LEADERBOARD_SETTINGS, type LeaderboardSettings } from '../settings.ts';

@Injectable()
export class InternalRoutes {
  private readonly tokens: ServiceTokens;

  constructor(
    @Inject(LEADERBOARD_SETTINGS) settings: LeaderboardSettings,
    @Inject(COPIES) private readonly copies: Copies,
  ) {
    this.tokens = createServiceTokens({ service: 'leaderboard', secret: settings.SERVICE_SECRET });
  }

  answer(request: InternalRequest): Promise<InternalAnswer> {
    return answerServices(request, { service: 'leaderboard', tokens: this.tokens, find: this.copies });
  }
}
