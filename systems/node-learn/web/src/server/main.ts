/** Program: serves Node-Learn's page and hands /api on to the gateway, until SIGTERM or SIGINT. */
import { readSettings } from './settings.ts';
import { startWebServer } from './web-server.ts';

try {
  const server = await startWebServer(readSettings(process.env));
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'ready', url: server.url })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close().then(() => process.exit(0)));
} catch (error) {
  process.stderr.write(`The front end cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
