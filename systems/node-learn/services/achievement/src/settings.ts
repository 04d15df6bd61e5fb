/** What the achievement service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events are published and read; its scheme names the driver. */
  BROKER_URL: z.url(),
  /** Shared with the services that are asked for what they own. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Internal ports of the services that own answers, questions and users. */
  QUIZ_URL: urlSetting(),
  QUESTION_URL: urlSetting(),
  AUTH_URL: urlSetting(),
  /** The user that every visitor without a token acts as. */
  GUEST_USER_ID: numberSetting(1, 2_147_483_647).default(1),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['achievements.progressTotals']),
});

export type AchievementSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const ACHIEVEMENT_SETTINGS = Symbol('achievement settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readAchievementSettings(environment: NodeJS.ProcessEnv): AchievementSettings {
  return readSettings(schema, environment);
}
