/** What the question service is told by its environment. */
import { secretBytesMin } from '@banyan/identity';
import { flagsSetting, readSettings, secretSetting, serviceSettings, urlSetting } from '@banyan/service';
import { z } from 'zod';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  /** Where events go; its scheme names the driver. */
  BROKER_URL: z.string().min(1),
  /** Shared with the services that may ask for answers and refs. */
  SERVICE_SECRET: secretSetting(secretBytesMin),
  /** Corrections of what the monolith does; off while it lives. */
  FLAGS: flagsSetting(['questions.search', 'questions.topicFilter', 'questions.hideExplanation', 'questions.refuseBodyIds']),
});

export type QuestionSettings = z.output<typeof schema>;

/** For injection: the settings this service was started with. */
export const QUESTION_SETTINGS = Symbol('question settings');

/** Throws SERVICE_SETTINGS_INVALID naming every variable that is missing or wrong. */
export function readQuestionSettings(environment: NodeJS.ProcessEnv): QuestionSettings {
  return readSettings(schema, environment);
}
