/** The port that only the platform sees: is the program alive, may it get requests, what are its numbers. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '@banyan/telemetry';
import { ServiceError } from '../errors.ts';

export interface Health {
  /** Names and outcomes of what readiness depends on; ready when each is "ok". */
  check(): Promise<Readonly<Record<string, string>>>;
}

export interface InternalServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startInternalServer(options: {
  host: string;
  port: number;
  health: Health;
  metrics: Metrics;
}): Promise<InternalServer> {
  const { host, port, health, metrics } = options;
  const server = createServer((request, response) => {
    void answer(request.url ?? '', response, health, metrics).catch((error: Error) => send(response, 500, { error: error.message }));
  });
  await listenOn(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function answer(url: string, response: ServerResponse, health: Health, metrics: Metrics): Promise<void> {
  const path = url.split('?', 1)[0];
  if (path === '/health/live') return send(response, 200, { status: 'live' });
  if (path === '/metrics') {
    response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.render());
    return;
  }
  if (path !== '/health/ready') return send(response, 404, { error: 'Known here: /health/live, /health/ready, /metrics' });
  const checks = await health.check();
  const ready = Object.values(checks).every((outcome) => outcome === 'ok');
  send(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE' ? new ServiceError('SERVICE_PORT_TAKEN', `Port ${port} (INTERNAL_PORT) is taken.`, { cause }) : cause,
      );
    });
    server.listen(port, host, resolve);
  });
}
