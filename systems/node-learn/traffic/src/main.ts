// Program: live traffic for Node-Learn, steered over a loopback port; ends on SIGTERM after the requests under way.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createGoogleStandIn, createTrafficDriver, openLedger, ProofError, type TrafficDriver } from '@banyan/proof';
import { readSettings, SettingsError, usage } from './settings.ts';
import { mixes } from './profile/mix.ts';
import { createNodeLearnProfile } from './profile/profile.ts';

try {
  if (process.argv.includes('--help')) process.stdout.write(`${usage}\n`);
  else await main();
} catch (error) {
  explain(error);
}

async function main(): Promise<void> {
  const settings = readSettings(process.env, process.argv.slice(2));
  const { baseUrl, rate, seed, mix, ledgerPath } = settings;
  const run = Date.now().toString(36);
  const google = createGoogleStandIn(settings.googleUrl);
  const ledger = openLedger(ledgerPath, { run, facts: { system: 'node-learn', baseUrl, rate, seed, mix } });
  const profile = createNodeLearnProfile({ google, mix: mixes[mix], seed, run });
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
      .then(() => google.close())
      .then(() => process.exit(0), explain);
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

function explain(error: unknown): never {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n\n${usage}\n`);
  else if (error instanceof ProofError) process.stderr.write(`${error.message}\n  Next: ${error.fix}\n`);
  else
    process.stderr.write(
      `The traffic met something it does not understand: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exit(error instanceof SettingsError ? 2 : 1);
}
