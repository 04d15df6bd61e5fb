/** The stand-ins program: STANDINS_CONFIG in, one JSON line when ready, gone on SIGTERM or SIGINT. */
import { readConfiguration } from './configuration.ts';
import { StandinsError } from './errors.ts';
import { startStandins } from './standins.ts';

try {
  const standins = await startStandins(readConfiguration(process.env['STANDINS_CONFIG']));
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'ready', google: standins.google, mail: standins.mail })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void standins.close().then(() => process.exit(0)));
} catch (error) {
  if (!(error instanceof StandinsError)) throw error;
  process.stderr.write(`${error.message}\n  Next: ${error.fix}\n`);
  process.exitCode = 1;
}
