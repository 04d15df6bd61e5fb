/** What the ticket service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

/** The source in the envelopes of this service's events. */
export const ticketSource = '/helpdesk/ticket';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events go and come from; its scheme names the driver. */
  BROKER_URL: z.string().min(1),
  /** Shared with the services that are asked. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Shared with every program that reads the tokens of users. */
  JWT_SECRET: secretSetting(secretBytesMin),
  /** Internal port of the user service, which knows who somebody is. */
  USER_URL: urlSetting(),
  /** The one origin that browsers may ask from. */
  FRONTEND_BASE_URL: urlSetting(),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['fix.races', 'fix.validation']),
});

export type TicketSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const TICKET_SETTINGS = Symbol('ticket settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readTicketSettings(environment: NodeJS.ProcessEnv): TicketSettings {
  return readSettings(schema, environment);
}
