/** The quiz service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import type { NestServiceDefinition } from '@banyan/nest';
import { endpointsByService } from '@node-learn/contracts';
import { contracts } from '@node-learn/contracts/system';
import { Database } from './database.ts';
import { createQuizModule } from './quiz.module.ts';
import { type QuizSettings, readQuizSettings } from './settings.ts';
import { InternalRoutes } from './stats/internal-routes.ts';

/** Every visitor without a token acts as this user. */
const guestId = 1;

export function createQuizService(environment: NodeJS.ProcessEnv): NestServiceDefinition<QuizSettings> {
  const settings = readQuizSettings(environment);
  return {
    name: 'quiz',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    module: (context) => createQuizModule(context.settings),
    endpoints: endpointsByService.quiz,
    contracts,
    callers: { tokens: createTokens({ secret: settings.JWT_SECRET }), claims: ['sub', 'email'], flags: settings.FLAGS, guestId },
    ready: (application) => application.get(Database).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}
