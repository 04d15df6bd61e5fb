/** The program that serves a system's page, until SIGTERM or SIGINT. */
import { readSettings, type WebProgram } from './server/settings.ts';
import { startWebServer } from './server/web-server.ts';

export type { WebProgram };

/** Reads PORT, API_URL and LISTEN_ADDRESS; ends with 1 and a sentence when it cannot serve with them. */
export async function runWebProgram(program: WebProgram): Promise<void> {
  try {
    const server = await startWebServer(readSettings(program, process.env));
    process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'ready', url: server.url })}\n`);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close().then(() => process.exit(0)));
  } catch (error) {
    process.stderr.write(`The front end cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
