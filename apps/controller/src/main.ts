/** The controller program: `CONTROLLER_CONFIG=controller.json node dist/main.js`. */

import { createLogger } from '@banyan/telemetry';
import { readConfig } from './config.ts';
import { Controller } from './controller.ts';
import { errorToBody } from './errors.ts';
import { createEndpoints } from './http/endpoints.ts';
import { startJsonServer } from './http/json-server.ts';

/** Another controller took over; a supervisor may start this one again, it will wait. */
const exitSuperseded = 3;

async function run(): Promise<void> {
  const config = await readConfig(process.env['CONTROLLER_CONFIG']);
  const logger = createLogger({ service: 'controller', level: process.env['LOG_LEVEL'] ?? config.logLevel });
  const controller = new Controller(config, logger, () => process.exit(exitSuperseded));
  const server = await startJsonServer({
    port: config.port,
    tokens: config,
    openPaths: ['/health'],
    handle: createEndpoints(controller),
    onFault: (error, request) => logger.error({ event: 'request.failed', request, err: error }, 'A request failed.'),
  });
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    controller
      .stop()
      .then(() => server.close(2000))
      .then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  logger.info({ event: 'controller.listening', port: server.port }, `Listening on 127.0.0.1:${server.port}.`);
  await controller.start().catch((error: unknown) => {
    if (!isStopping) throw error;
  });
}

function fail(error: unknown): void {
  const { code, message, fix } = errorToBody(error);
  process.stderr.write(`${code}: ${message}\nNext: ${fix}\n`);
  process.exit(1);
}

await run().catch(fail);
