/** What the admin service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events are read; its scheme names the driver. */
  BROKER_URL: z.url(),
  /** Shared with every program that reads the tokens of users. */
  JWT_SECRET: secretSetting(secretBytesMin),
  /** Shared with the services that are asked. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Internal ports of the services that own the bank and the users. */
  QUESTION_URL: urlSetting(),
  AUTH_URL: urlSetting(),
  /** How long the caller of a change waits for the question service, all attempts together. */
  COMMAND_WITHIN_MS: numberSetting(100, 600_000).default(3_000),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['admin.questionsGuard', 'admin.strictErrors']),
});

export type AdminSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const ADMIN_SETTINGS = Symbol('admin settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readAdminSettings(environment: NodeJS.ProcessEnv): AdminSettings {
  return readSettings(schema, environment);
}
