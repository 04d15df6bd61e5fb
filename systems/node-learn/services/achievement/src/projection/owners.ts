/** Asks the services that own what badges depend on, on their internal ports. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { type AskedService, readPageFromService, type SnapshotPage } from '@banyan/service';
import { answerRefs, questionRef, snapshotOf, userRef } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ACHIEVEMENT_SETTINGS, type AchievementSettings } from '../settings.ts';
import { questionFacts } from './question-refs.ts';

const timeoutMs = 10_000;

/** Only what is kept of them: a copy is compared with this. */
const questions = snapshotOf(questionRef.extend({ data: questionFacts }));
const users = snapshotOf(userRef.extend({ data: z.unknown().transform(() => ({})) }));

@Injectable()
export class Owners {
  private readonly tokens: ServiceTokens;

  constructor(@Inject(ACHIEVEMENT_SETTINGS) private readonly settings: AchievementSettings) {
    this.tokens = createServiceTokens({ service: 'achievement', secret: settings.SERVICE_SECRET });
  }

  readAnswers(after: string): Promise<SnapshotPage> {
    return readPageFromService('/internal/stats', after, answerRefs, this.at('quiz', this.settings.QUIZ_URL));
  }

  readQuestions(after: string): Promise<SnapshotPage> {
    return readPageFromService('/internal/questions/refs', after, questions, this.at('question', this.settings.QUESTION_URL));
  }

  readUsers(after: string): Promise<SnapshotPage> {
    return readPageFromService('/internal/users/refs', after, users, this.at('auth', this.settings.AUTH_URL));
  }

  private at(service: string, url: string): AskedService {
    return { service, url, timeoutMs, tokens: this.tokens };
  }
}
