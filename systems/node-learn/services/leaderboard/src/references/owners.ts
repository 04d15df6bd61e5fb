/** Asks the services that own users and modes, on their internal ports. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { type AskedService, readFromService, readPageFromService, type SnapshotPage } from '@banyan/service';
import { modeRefs, snapshotOf, userRef } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { LEADERBOARD_SETTINGS, type LeaderboardSettings } from '../settings.ts';

/** Somebody waits for the answer to the run. */
const lookUpTimeoutMs = 300;
const pageTimeoutMs = 10_000;

export const userFacts = userRef.shape.data.pick({ name: true });
const users = snapshotOf(userRef.extend({ data: userFacts }));
const user = z.object({ name: z.string() });

@Injectable()
export class Owners {
  private readonly tokens: ServiceTokens;

  constructor(@Inject(LEADERBOARD_SETTINGS) private readonly settings: LeaderboardSettings) {
    this.tokens = createServiceTokens({ service: 'leaderboard', secret: settings.SERVICE_SECRET });
  }

  readUsers(after: string): Promise<SnapshotPage> {
    return readPageFromService('/internal/users/refs', after, users, this.at('auth', pageTimeoutMs));
  }

  readModes(after: string): Promise<SnapshotPage> {
    return readPageFromService('/internal/modes', after, modeRefs, this.at('quiz', pageTimeoutMs));
  }

  /** The name of a user whom no event has told of yet. Rejects when auth knows nobody of that id, or cannot be asked in 300 ms. */
  async findName(userId: number): Promise<string> {
    return user.parse(await readFromService(`/internal/users/${userId}`, {}, this.at('auth', lookUpTimeoutMs))).name;
  }

  /** Rejects when quiz has no such mode, or cannot be asked in 300 ms. */
  async requireMode(modeId: number): Promise<void> {
    await readFromService(`/internal/modes/${modeId}`, {}, this.at('quiz', lookUpTimeoutMs));
  }

  private at(service: 'auth' | 'quiz', timeoutMs: number): AskedService {
    const { AUTH_URL, QUIZ_URL } = this.settings;
    return { service, url: service === 'auth' ? AUTH_URL : QUIZ_URL, timeoutMs, tokens: this.tokens };
  }
}
