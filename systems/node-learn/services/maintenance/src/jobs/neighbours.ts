/** Asks services for what they own and for what they keep of each other, on their internal ports. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { readFromService, type SnapshotPage } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { MAINTENANCE_SETTINGS, type MaintenanceSettings } from '../settings.ts';

export type Neighbour = 'auth' | 'question' | 'quiz' | 'achievement' | 'leaderboard';

const timeoutMs = 10_000;

@Injectable()
export class Neighbours {
  private readonly urls: Readonly<Record<Neighbour, string>>;
  private readonly tokens: ServiceTokens;

  constructor(@Inject(MAINTENANCE_SETTINGS) settings: MaintenanceSettings) {
    const { AUTH_URL: auth, QUESTION_URL: question, QUIZ_URL: quiz, ACHIEVEMENT_URL: achievement, LEADERBOARD_URL: leaderboard } = settings;
    this.urls = { auth, question, quiz, achievement, leaderboard };
    this.tokens = createServiceTokens({ service: 'maintenance', secret: settings.SERVICE_SECRET });
  }

  /** Of each key only what `data` lets through. */
  async readPage(service: Neighbour, path: string, after: string, data: z.ZodType): Promise<SnapshotPage> {
    const asked = { service, url: this.urls[service], timeoutMs, tokens: this.tokens };
    const entry = z.object({ key: z.string(), sequence: z.string(), data });
    const page = z.object({ entries: z.array(entry), next: z.string().exactOptional() });
    return page.parse(await readFromService(path, { after }, asked));
  }
}
