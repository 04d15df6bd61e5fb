/** Runs a service as the whole program: signals in, exit code out, and a start that fails says why in two lines. */
import { flushCompileCache } from 'node:module';
import { ServiceError } from './errors.ts';
import type { RunningService } from './service.ts';

/**
 * Starts the service and stops it on SIGTERM or SIGINT; a second signal ends the program at once.
 * Exit code 0 after a clean drain, 1 when it could not start or had to cut requests, and when its database was replaced by an empty one: whoever
 * supervises it starts it again, and it brings its tables along.
 */
export async function runProgram(start: () => Promise<RunningService>): Promise<void> {
  let signals = 0;
  let service: RunningService | undefined;
  const stop = () => {
    signals += 1;
    if (signals > 1 || service === undefined) process.exit(1);
    service.stop().then(
      (drained) => process.exit(drained ? 0 : 1),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    service = await start();
    flushCompileCache(); // of a run with NODE_COMPILE_CACHE: a program that is killed would leave nothing to its next start
    void service.databaseReplaced.then(() => {
      if (signals === 0)
        fail(new ServiceError('SERVICE_DATABASE_REPLACED', 'An empty database answers in the place of the one this service began with.'));
    });
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  const { code, message, fix, stack } = error as Error & { code?: string; fix?: string };
  process.stderr.write(fix === undefined ? `${stack ?? message}\n` : `${message}\n  Code: ${code}\n  Next: ${fix}\n`);
  process.exit(1);
}
