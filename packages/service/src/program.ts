/** Runs a service as the whole program: signals in, exit code out, and a start that fails says why in two lines. */
import type { RunningService } from './service.ts';

/**
 * Starts the service and stops it on SIGTERM or SIGINT; a second signal ends the program at once.
 * Exit code 0 after a clean drain, 1 when it could not start or had to cut requests.
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
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  const { code, message, fix, stack } = error as Error & { code?: string; fix?: string };
  process.stderr.write(fix === undefined ? `${stack ?? message}\n` : `${message}\n  Code: ${code}\n  Next: ${fix}\n`);
  process.exit(1);
}
