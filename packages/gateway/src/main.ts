/** The gateway program: `GATEWAY_CONFIG=gateway.json node dist/main.js`. Forks itself as workers. */
import { readGatewayConfig } from './config.ts';
import { GatewayError } from './errors.ts';
import { Primary } from './primary/primary.ts';
import { runWorker } from './worker/worker.ts';

if (process.env['BANYAN_GATEWAY_ROLE'] === 'worker') runWorker();
else await runPrimary();

async function runPrimary(): Promise<void> {
  try {
    const primary = new Primary(readGatewayConfig(process.env), import.meta.filename);
    let stopping = false;
    const stop = (): void => {
      if (stopping) return;
      stopping = true;
      void primary.stop().then(() => process.exit(0));
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    await primary.start();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\nNext: ${error.fix}\n`);
    process.exit(1);
  }
}
