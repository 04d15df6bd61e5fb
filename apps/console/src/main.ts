/** The console program: CONSOLE_CONFIG in, one JSON line when ready, gone on SIGTERM or SIGINT. */
import { join } from 'node:path';
import { readConfiguration } from './configuration.ts';
import { startConsole } from './console.ts';
import { ConsoleError } from './errors.ts';

try {
  const pageDirectory = join(import.meta.dirname, 'page');
  const running = await startConsole({ ...readConfiguration(process.env['CONSOLE_CONFIG']), pageDirectory });
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'ready', url: running.url })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void running.close().then(() => process.exit(0)));
} catch (error) {
  if (!(error instanceof ConsoleError)) throw error;
  process.stderr.write(`${error.message}\n  Next: ${error.fix}\n`);
  process.exitCode = 1;
}
