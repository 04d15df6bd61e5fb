/** What the maintenance service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events are published; its scheme names the driver. */
  BROKER_URL: z.url(),
  /** Shared with the services whose copies are compared. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Internal ports of those that own something, and of those that keep a copy of it. */
  AUTH_URL: urlSetting(),
  QUESTION_URL: urlSetting(),
  QUIZ_URL: urlSetting(),
  ACHIEVEMENT_URL: urlSetting(),
  LEADERBOARD_URL: urlSetting(),
  /** The user that every visitor without a token acts as. */
  GUEST_USER_ID: numberSetting(1, 2_147_483_647).default(1),
  /** How long after midnight a reset is still made up for, when nobody was there at midnight. */
  CATCH_UP_HOURS: numberSetting(1, 24).default(12),
});

export type MaintenanceSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const MAINTENANCE_SETTINGS = Symbol('maintenance settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readMaintenanceSettings(environment: NodeJS.ProcessEnv): MaintenanceSettings {
  return readSettings(schema, environment);
}
