/** The services that own the bank and the users, on their internal ports. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { type AnswerOfService, type AskedService, askService, type Change, readFromService } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

const readTimeoutMs = 3_000;

@Injectable()
export class Neighbours {
  private readonly tokens: ServiceTokens;

  constructor(@Inject(ADMIN_SETTINGS) private readonly settings: AdminSettings) {
    this.tokens = createServiceTokens({ service: 'admin', secret: settings.SERVICE_SECRET });
  }

  /** As auth tells them. Rejects when it does not within 3 s. */
  readUsers(): Promise<unknown> {
    return readFromService('/internal/users', {}, this.at('auth', this.settings.AUTH_URL, readTimeoutMs));
  }

  /** As question tells it. Rejects when it does not within 3 s. */
  readBank(): Promise<unknown> {
    return readFromService('/internal/questions', {}, this.at('question', this.settings.QUESTION_URL, readTimeoutMs));
  }

  /** Rejects when there is no answer within the time. */
  changeBank(path: string, change: Change, timeoutMs: number): Promise<AnswerOfService> {
    return askService(path, this.at('question', this.settings.QUESTION_URL, timeoutMs), change);
  }

  private at(service: string, url: string, timeoutMs: number): AskedService {
    return { service, url, timeoutMs, tokens: this.tokens };
  }
}
