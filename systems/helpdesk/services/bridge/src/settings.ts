/** What the bridge is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flowBackSettings, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events are read; its scheme names the driver. */
  BROKER_URL: z.string().min(1),
  /** Of the monolith, which owns the tables that are written here. */
  MONOLITH_DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Shared with the service that has sealed. */
  SEAL_SECRET: secretSetting(secretBytesMin),
  /** Shared with the services that are asked. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Internal port of the notification service, which takes the mails once they are its own. */
  NOTIFICATION_URL: urlSetting(),
  /** Internal port of the audit service, which takes the entries once they are its own. */
  AUDIT_URL: urlSetting(),
  /** Where the links in mails lead. */
  FRONTEND_BASE_URL: urlSetting(),
  /** Who is told about all new tickets; nobody when it is not set. */
  STAFF_NOTIFY_EMAIL: z.string().min(1).optional(),
  /** An entry refers to its actor, who has to be there first. */
  ...flowBackSettings,
});

export type BridgeSettings = z.output<typeof schema>;

/** For injection: the settings this program was started with. */
export const BRIDGE_SETTINGS = Symbol('bridge settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readBridgeSettings(environment: NodeJS.ProcessEnv): BridgeSettings {
  return readSettings(schema, environment);
}
