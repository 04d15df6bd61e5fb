/** Awards badges and shows how far a learner has come. */
import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Achievement } from './achievement.entity.ts';
import { type BadgeCheck, type BadgeProgress, type BadgeRule, badgeRules } from './badge-rules.ts';
import { LearnerCounts } from './learner-counts.ts';

export interface AwardedAchievement {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly sprite_col: number;
  readonly sprite_row: number;
}

export interface AchievementDefinition extends AwardedAchievement {
  readonly created_at: Date;
}

export interface UserAchievement extends AchievementDefinition {
  readonly unlocked: boolean;
  readonly unlocked_at?: Date;
  readonly progress?: BadgeProgress | undefined;
}

@Injectable()
export class AchievementsService {
  private readonly logger = new Logger(AchievementsService.name);

  constructor(@InjectRepository(Achievement) private readonly achievements: Repository<Achievement>) {}

  async list(): Promise<AchievementDefinition[]> {
    return this.achievements.query<AchievementDefinition[]>(
      'SELECT id, title, description, sprite_col, sprite_row, created_at FROM achievements ORDER BY id',
    );
  }

  /** Awards what the user has earned by now and did not own before; returns those badges by id. */
  async check(userId: unknown, questionId: unknown, isCorrect: unknown): Promise<AwardedAchievement[]> {
    const questions = await this.achievements.query<unknown[]>('SELECT id FROM questions WHERE id = $1', [questionId]);
    const owned = new Set(await this.ownedIds(userId));
    if (questions.length === 0) return [];
    const check: BadgeCheck = { counts: new LearnerCounts(this.achievements.manager, userId), questionId, isCorrect, owned };
    const awarded: number[] = [];
    for (const [id, rule] of badgeRules) {
      if (owned.has(id) || !(await this.isEarned(id, rule, check))) continue;
      await this.award(userId, id);
      owned.add(id);
      awarded.push(id);
    }
    return this.describe(awarded);
  }

  /** All badges: unlocked ones with the time, the others with the progress. */
  async listOfUser(userId: number): Promise<UserAchievement[]> {
    const definitions = await this.list();
    const unlockedAtById = await this.unlockedAtById(userId);
    const standing = {
      counts: new LearnerCounts(this.achievements.manager, userId),
      owned: new Set(unlockedAtById.keys()),
      definitions: definitions.length,
    };
    const badges: UserAchievement[] = [];
    for (const definition of definitions) {
      const unlockedAt = unlockedAtById.get(definition.id);
      badges.push(
        unlockedAt === undefined
          ? { ...definition, unlocked: false, progress: await badgeRules.get(definition.id)?.progress(standing) }
          : { ...definition, unlocked: true, unlocked_at: unlockedAt },
      );
    }
    return badges;
  }

  /** One failing rule does not cost the user the other badges. */
  private async isEarned(id: number, rule: BadgeRule, check: BadgeCheck): Promise<boolean> {
    try {
      return await rule.isEarned(check);
    } catch (error) {
      this.logger.error(`Checking badge ${id} failed: ${String(error)}`);
      return false;
    }
  }

  private async award(userId: unknown, achievementId: number): Promise<void> {
    await this.achievements.query(
      'INSERT INTO user_achievements (user_id, achievement_id) VALUES ($1, $2) ON CONFLICT (user_id, achievement_id) DO NOTHING',
      [userId, achievementId],
    );
  }

  private async describe(ids: readonly number[]): Promise<AwardedAchievement[]> {
    if (ids.length === 0) return [];
    return this.achievements.query<AwardedAchievement[]>(
      'SELECT id, title, description, sprite_col, sprite_row FROM achievements WHERE id = ANY($1) ORDER BY id',
      [ids],
    );
  }

  private async ownedIds(userId: unknown): Promise<number[]> {
    const rows = await this.achievements.query<{ achievement_id: number }[]>(
      'SELECT achievement_id FROM user_achievements WHERE user_id = $1',
      [userId],
    );
    return rows.map((row) => row.achievement_id);
  }

  private async unlockedAtById(userId: number): Promise<Map<number, Date>> {
    const rows = await this.achievements.query<{ achievement_id: number; unlocked_at: Date }[]>(
      'SELECT achievement_id, unlocked_at FROM user_achievements WHERE user_id = $1',
      [userId],
    );
    return new Map(rows.map((row) => [row.achievement_id, row.unlocked_at]));
  }
}
