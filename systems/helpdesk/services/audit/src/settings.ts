/** What the audit service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events are read; its scheme names the driver. */
  BROKER_URL: z.string().min(1),
  /** Shared with the services that are asked, or ask. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Shared with every program that reads the tokens of users. */
  JWT_SECRET: secretSetting(secretBytesMin),
  /** Internal port of the user service, which knows who somebody is. */
  USER_URL: urlSetting(),
  /** Internal port of the ticket service, which knows what has happened last. */
  TICKET_URL: urlSetting(),
  /** How long a history waits for what has happened last. */
  CATCH_UP_WITHIN_MS: numberSetting(1, 10_000).default(300),
  /** The one origin that browsers may ask from. */
  FRONTEND_BASE_URL: urlSetting(),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['fix.role_actor']),
});

export type AuditSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const AUDIT_SETTINGS = Symbol('audit settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readAuditSettings(environment: NodeJS.ProcessEnv): AuditSettings {
  return readSettings(schema, environment);
}
