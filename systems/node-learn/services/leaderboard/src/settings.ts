/** What the leaderboard service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events are published and read; its scheme names the driver. */
  BROKER_URL: z.url(),
  /** Shared with every program that reads the tokens of users. */
  JWT_SECRET: secretSetting(secretBytesMin),
  /** Shared with the services that are asked for what they own. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Internal ports of the services that own users and modes. */
  AUTH_URL: urlSetting(),
  QUIZ_URL: urlSetting(),
  /** The user that every visitor without a token acts as. */
  GUEST_USER_ID: numberSetting(1, 2_147_483_647).default(1),
  /** What a badge adds to the score of the mode in which it was earned, while flag leaderboard.badgeBonus is on. */
  BADGE_BONUS_POINTS: numberSetting(0, 1_000).default(0),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting([
    'leaderboard.keepBest',
    'leaderboard.sanity',
    'leaderboard.tokenUser',
    'leaderboard.badgeBonus',
    'leaderboard.scoreFromEvents',
  ]),
});

export type LeaderboardSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const LEADERBOARD_SETTINGS = Symbol('leaderboard settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readLeaderboardSettings(environment: NodeJS.ProcessEnv): LeaderboardSettings {
  return readSettings(schema, environment);
}
