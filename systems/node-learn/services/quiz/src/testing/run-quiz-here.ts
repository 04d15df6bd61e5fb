/** Runs the quiz service in the process of the test, as its program would: much sooner there than a program. */
import { startNestService } from '@banyan/nest';
import type { Program } from '@banyan/proof';
import { createQuizService } from '../quiz-service.ts';
import { quizEnvironment, type Running, type ServiceDatabases, serviceSecret, type StartOptions } from './programs.ts';

/** A service of a test, wherever it runs. */
export type Instance = Omit<Running, 'program'> & { readonly program: Pick<Program, 'pid' | 'stop'> };

export async function runQuizHere(databases: ServiceDatabases, { environment }: StartOptions = {}): Promise<Instance> {
  const service = await startNestService(
    createQuizService({
      ...quizEnvironment(databases, environment),
      PORT: '0',
      INTERNAL_PORT: '0',
      DATABASE_URL: databases.own.url,
      SERVICE_SECRET: serviceSecret,
      LOG_LEVEL: 'silent',
    }),
  );
  return {
    port: service.port,
    internalUrl: `http://127.0.0.1:${service.internalPort}`,
    program: { pid: process.pid, stop: async () => void (await service.stop()) },
  };
}
