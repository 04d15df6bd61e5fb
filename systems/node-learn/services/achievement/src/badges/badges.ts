/** Badges as clients see them: all of them, a user's, and the check that a client asks for. */
import { OUTBOX } from '@banyan/nest';
import { isRefusedWrite, throughConnectionLoss } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type BadgeOutbox, publishEarned } from '../events/badge-events.ts';
import { ACHIEVEMENT_SETTINGS, type AchievementSettings } from '../settings.ts';
import { type BadgeProgress, badgeRules } from './badge-rules.ts';
import {
  type AwardedBadge,
  type BadgeDefinition,
  type BadgeRow,
  lockUser,
  readBadges,
  readDefinitions,
  readStanding,
  type Sql,
} from './badge-statements.ts';
import { checkBadges } from './check-badges.ts';

export type BadgeOfUser = BadgeDefinition &
  (
    | { readonly unlocked: true; readonly unlocked_at: Date | null }
    | { readonly unlocked: false; readonly progress: BadgeProgress | undefined }
  );

/** The database refuses writes: another program owns the badges now. */
export class BadgesNotWritable extends Error {}

@Injectable()
export class Badges {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ACHIEVEMENT_SETTINGS) private readonly settings: AchievementSettings,
    @Inject(OUTBOX) private readonly outbox: BadgeOutbox,
  ) {}

  list(): Promise<BadgeDefinition[]> {
    return throughConnectionLoss(() => readDefinitions(this.dataSource));
  }

  /** Throws when the guest is not known to exist. */
  async guestId(): Promise<number> {
    const id = this.settings.GUEST_USER_ID;
    const known = await throughConnectionLoss(() => this.dataSource.query<unknown[]>('select from user_refs where id = $1', [id]));
    if (known.length === 0) throw new Error(`There is no user ${id} to be the guest`);
    return id;
  }

  /** All badges by id: unlocked ones with the time, the others with the progress. Throws the database's error for what is no integer. */
  listOfUser(userId: number): Promise<BadgeOfUser[]> {
    return throughConnectionLoss(async () => {
      const badges = await readBadges(this.dataSource, userId);
      const standing = await readStanding(this.dataSource, userId);
      const options = { definitions: badges.length, trueTotals: this.settings.FLAGS.has('achievements.progressTotals') };
      return badges.map((badge) => toBadgeOfUser(badge, badgeRules.get(badge.id)?.progress(standing, options)));
    });
  }

  /**
   * Awards what the user has earned by now; nothing for a user or question nobody knows. The values are the client's: the database
   * takes them or throws. Throws BadgesNotWritable behind a fence.
   */
  async check(userId: unknown, questionId: unknown, isCorrect: unknown): Promise<AwardedBadge[]> {
    try {
      return await this.dataSource.transaction((sql) => this.checkIn(sql, { userId, questionId, isCorrect }));
    } catch (error) {
      if (isRefusedWrite(error)) throw new BadgesNotWritable('Badges may not be given here now', { cause: error });
      throw error;
    }
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.dataSource.query('select 1');
  }

  private async checkIn(sql: Sql, given: { userId: unknown; questionId: unknown; isCorrect: unknown }): Promise<AwardedBadge[]> {
    const [known] = await sql.query<{ userId: number | null; questionId: number | null }[]>(
      'select $1::integer as "userId", (select id::integer from question_refs where id = $2) as "questionId"',
      [given.userId, given.questionId],
    );
    const { userId = null, questionId = null } = known ?? {};
    if (userId === null || questionId === null) return [];
    await lockUser(sql, userId);
    const awards = await checkBadges(sql, { userId, questionId, isCorrect: Boolean(given.isCorrect) });
    publishEarned(this.outbox, userId, awards, null);
    return awards.map(({ badge }) => badge);
  }
}

function toBadgeOfUser({ unlocked, unlocked_at, ...definition }: BadgeRow, progress: BadgeProgress | undefined): BadgeOfUser {
  return unlocked ? { ...definition, unlocked, unlocked_at } : { ...definition, unlocked, progress };
}
