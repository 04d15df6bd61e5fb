/** What the user service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events go; its scheme names the driver. */
  BROKER_URL: z.string().min(1),
  /** Shared with the services that may ask who somebody is. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Shared with every program that reads the tokens. */
  JWT_SECRET: secretSetting(secretBytesMin),
  /** Shared with whoever sends the mails. */
  SEAL_SECRET: secretSetting(secretBytesMin),
  /** The one origin that browsers may ask from. */
  FRONTEND_BASE_URL: urlSetting(),
  /** So long those who keep something of a user have to hide it before the user goes. */
  CLEANUP_WITHIN_MS: numberSetting(100, 600_000).default(5_000),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['fix.login_role', 'fix.races', 'fix.validation']),
});

export type UserSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const USER_SETTINGS = Symbol('user settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readUserSettings(environment: NodeJS.ProcessEnv): UserSettings {
  return readSettings(schema, environment);
}
