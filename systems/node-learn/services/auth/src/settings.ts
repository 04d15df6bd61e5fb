/** What the auth service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events go; its scheme names the driver. */
  BROKER_URL: z.string().min(1),
  /** Shared with the services that may ask for users. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Shared with every program that reads the tokens. */
  JWT_SECRET: secretSetting(secretBytesMin),
  GOOGLE_CLIENT_ID: z.string(),
  GOOGLE_CLIENT_SECRET: z.string(),
  GOOGLE_CALLBACK_URL: urlSetting(),
  FRONTEND_URL: urlSetting(),
  GOOGLE_AUTHORIZE_URL: urlSetting().default('https://accounts.google.com/o/oauth2/v2/auth'),
  GOOGLE_TOKEN_URL: urlSetting().default('https://oauth2.googleapis.com/token'),
  GOOGLE_USERINFO_URL: urlSetting().default('https://www.googleapis.com/oauth2/v3/userinfo'),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['auth.profile401', 'auth.oauthState']),
});

export type AuthSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const AUTH_SETTINGS = Symbol('auth settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readAuthSettings(environment: NodeJS.ProcessEnv): AuthSettings {
  return readSettings(schema, environment);
}
