// The live traffic of a system as a program: steered over a loopback port, ended by SIGTERM after the requests under way.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ProofError } from './errors.ts';
import { openLedger } from './ledger.ts';
import { createTrafficDriver, type TrafficDriver, type TrafficProfile } from './traffic-driver.ts';
import { readTrafficSettings, type TrafficChoices, type TrafficSettings, TrafficSettingsError, trafficUsage } from './traffic/settings.ts';

export { type TrafficChoices, type TrafficSettings } from './traffic/settings.ts';

export interface TrafficProgram extends TrafficChoices {
  /** Noted in the ledger. */
  readonly system: string;
  /** @param settings with `run`, which makes names of this run different from those of another with the same seed */
  createProfile(settings: TrafficSettings & { readonly run: string }): TrafficProfile & { close?(): Promise<void> };
}

/** Reads environment and arguments; ends with 2 for settings that cannot be used, and with 1 for what else goes wrong. */
export async function runTrafficProgram(program: TrafficProgram): Promise<void> {
  try {
    if (process.argv.includes('--help')) process.stdout.write(`${trafficUsage(program)}\n`);
    else await drive(program);
  } catch (error) {
    explain(program, error);
  }
}

async function drive(program: TrafficProgram): Promise<void> {
  const settings = readTrafficSettings(program, process.env, process.argv.slice(2));
  const { baseUrl, rate, seed, mix, ledgerPath } = settings;
  const run = Date.now().toString(36);
  const ledger = openLedger(ledgerPath, { run, facts: { system: program.system, baseUrl, rate, seed, mix } });
  const profile = program.createProfile({ ...settings, run });
  const driver = createTrafficDriver({ baseUrl, profile, ledger, rate, seed });
  await driver.start();
  const server = createServer((request, response) => void steer(driver, request, response));
  await new Promise<void>((resolve) => server.listen(settings.controlPort, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.controlPort;
  process.stdout.write(
    `${JSON.stringify({ level: 'info', msg: 'ready', controlUrl: `http://127.0.0.1:${port}`, ledger: ledgerPath, run })}\n`,
  );
  const stop = () =>
    void driver
      .stop()
      .then(() => profile.close?.())
      .then(
        () => process.exit(0),
        (error: unknown) => explain(program, error),
      );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
}

/** POST /pause (answers when nothing is under way), POST /resume, POST /rate {"rate"}, GET /stats. */
async function steer(driver: TrafficDriver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const order = `${request.method} ${request.url}`;
  if (order === 'POST /pause') await driver.pause();
  else if (order === 'POST /resume') driver.resume();
  else if (order === 'POST /rate') {
    const rate = await readRate(request);
    if (rate === undefined) return answer(response, 400, { message: 'Send {"rate": requests per second}.' });
    driver.setRate(rate);
  } else if (order !== 'GET /stats') return answer(response, 404, { message: 'POST /pause, /resume, /rate or GET /stats' });
  return answer(response, 200, driver.stats());
}

async function readRate(request: IncomingMessage): Promise<number | undefined> {
  let text = '';
  for await (const chunk of request) if ((text += String(chunk)).length > 1000) return undefined;
  try {
    const { rate } = JSON.parse(text) as { rate?: unknown };
    return typeof rate === 'number' && rate >= 0 && rate <= 10_000 ? rate : undefined;
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function explain(program: TrafficProgram, error: unknown): never {
  if (error instanceof TrafficSettingsError) process.stderr.write(`${error.message}\n\n${trafficUsage(program)}\n`);
  else if (error instanceof ProofError) process.stderr.write(`${error.message}\n  Next: ${error.fix}\n`);
  else
    process.stderr.write(
      `The traffic met something it does not understand: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exit(error instanceof TrafficSettingsError ? 2 : 1);
}
