/** What the notification service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events are read; its scheme names the driver. */
  BROKER_URL: z.string().min(1),
  /** Shared with the services that may hand over mails. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Shared with the service that has sealed. */
  SEAL_SECRET: secretSetting(secretBytesMin),
  /** Where the links in mails lead. */
  FRONTEND_BASE_URL: urlSetting(),
  /** Who is told about all new tickets; nobody when it is not set. */
  STAFF_NOTIFY_EMAIL: z.string().min(1).optional(),
  SMTP_HOST: z.string().min(1),
  SMTP_PORT: numberSetting(1, 65_535).default(1_025),
  /** Absent: the server wants no log-in. */
  SMTP_USER: z.string().min(1).optional(),
  SMTP_PASS: z.string().default(''),
  /** Sender of all mails. */
  SMTP_FROM: z.string().min(1).default('noreply@helpdesk.local'),
  /** How often it is looked for mails that are due again; new ones are sent at once. */
  SWEEP_EVERY_MS: numberSetting(50, 600_000).default(5_000),
  SENT_MAILS_KEPT_DAYS: numberSetting(1, 3_650).default(30),
});

export type NotificationSettings = z.output<typeof schema>;

/** For injection: the settings this program was started with. */
export const NOTIFICATION_SETTINGS = Symbol('notification settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readNotificationSettings(environment: NodeJS.ProcessEnv): NotificationSettings {
  return readSettings(schema, environment);
}
