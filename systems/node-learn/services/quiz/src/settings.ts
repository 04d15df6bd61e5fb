/** What the quiz service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, flowBackSettings, numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Its scheme names the broker. */
  BROKER_URL: z.string(),
  /** Shared with every program that reads the tokens of users. */
  JWT_SECRET: secretSetting(secretBytesMin),
  /** Shared with the services that quiz asks and that ask quiz. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Internal ports of the services that own questions and users. */
  QUESTION_URL: urlSetting(),
  AUTH_URL: urlSetting(),
  /** Where the monolith is asked for badges while it owns them. */
  GATEWAY_URL: urlSetting(),
  /** An answer's caller waits until it is there. */
  ...flowBackSettings,
  /** How long the badges of an answer are waited for; an answer whose badges come later stands. Default 5,000. */
  CHECK_WITHIN_MS: numberSetting(100, 600_000).optional(),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['quiz.serverValidation', 'stats.ownOnly']),
});

export type QuizSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const QUIZ_SETTINGS = Symbol('quiz settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readQuizSettings(environment: NodeJS.ProcessEnv): QuizSettings {
  return readSettings(schema, environment);
}
