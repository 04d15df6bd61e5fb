/** The quiz service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import type { NestServiceDefinition } from '@banyan/nest';
import { Database } from './database.ts';
import { createQuizModule } from './quiz.module.ts';
import { type QuizSettings, readQuizSettings } from './settings.ts';
import { InternalRoutes } from './stats/internal-routes.ts';

export function createQuizService(environment: NodeJS.ProcessEnv): NestServiceDefinition<QuizSettings> {
  const settings = readQuizSettings(environment);
  return {
    name: 'quiz',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    module: (context) => createQuizModule(context.settings),
    ready: (application) => application.get(Database).probe(),
    internal: (application, request) => application.get(InternalRoutes).answer(request),
  };
}
