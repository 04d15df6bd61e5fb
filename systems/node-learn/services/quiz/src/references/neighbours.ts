/** Asks the services that own questions and users, on their internal ports. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { type AskedService, askService, readFromService } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { QUIZ_SETTINGS, type QuizSettings } from '../settings.ts';

type Neighbour = 'question' | 'auth';

@Injectable()
export class Neighbours {
  private readonly tokens: ServiceTokens;

  constructor(@Inject(QUIZ_SETTINGS) private readonly settings: QuizSettings) {
    this.tokens = createServiceTokens({ service: 'quiz', secret: settings.SERVICE_SECRET });
  }

  /** Rejects when it does not answer within the time, or with anything that is not JSON. */
  ask(service: Neighbour, path: string, timeoutMs: number): Promise<{ readonly status: number; readonly body: unknown }> {
    return askService(path, this.at(service, timeoutMs));
  }

  /** Rejects for every answer but 200 as well. Parameters that are empty are left out. */
  read(service: Neighbour, path: string, parameters: Readonly<Record<string, string>>, timeoutMs: number): Promise<unknown> {
    return readFromService(path, parameters, this.at(service, timeoutMs));
  }

  private at(service: Neighbour, timeoutMs: number): AskedService {
    const { QUESTION_URL, AUTH_URL } = this.settings;
    return { service, url: service === 'question' ? QUESTION_URL : AUTH_URL, timeoutMs, tokens: this.tokens };
  }
}
