/** What the admin service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events come from; its scheme names the driver. */
  BROKER_URL: z.string().min(1),
  /** Shared with the services that are asked. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Shared with every program that reads the tokens of users. */
  JWT_SECRET: secretSetting(secretBytesMin),
  /** Internal ports of the services that own users and tickets. */
  USER_URL: urlSetting(),
  TICKET_URL: urlSetting(),
  /** The one origin that browsers may ask from. */
  FRONTEND_BASE_URL: urlSetting(),
  /** With flag dashboard.cache: how old numbers may be that no event has made old. */
  DASHBOARD_CACHE_TTL_MS: numberSetting(0, 3_600_000).default(60_000),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['dashboard.cache', 'fix.ready_503']),
});

export type AdminSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const ADMIN_SETTINGS = Symbol('admin settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readAdminSettings(environment: NodeJS.ProcessEnv): AdminSettings {
  return readSettings(schema, environment);
}
