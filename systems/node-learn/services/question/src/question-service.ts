/** The question service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import type { NestServiceDefinition } from '@banyan/nest';
import { questionEndpoints } from '@node-learn/contracts';
import { contracts } from '@node-learn/contracts/system';
import { InternalRoutes } from './internal/internal-routes.ts';
import { createQuestionModule } from './question.module.ts';
import { Questions } from './questions/questions.ts';
import { type QuestionSettings, readQuestionSettings } from './settings.ts';

export function createQuestionService(environment: NodeJS.ProcessEnv): NestServiceDefinition<QuestionSettings> {
  const settings = readQuestionSettings(environment);
  return {
    name: 'question',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    module: (context) => createQuestionModule(context.settings),
    endpoints: questionEndpoints,
    contracts,
    ready: (application) => application.get(Questions).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}
