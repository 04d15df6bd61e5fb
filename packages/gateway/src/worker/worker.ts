/** One of the gateway's processes that answer requests: takes its routes from the primary and swaps them between two requests. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ResolvedConfig } from '../config.ts';
import { createRequestKinds } from '../proxy/header-kinds.ts';
import { Exchange } from '../proxy/exchange.ts';
import { answerClientError } from '../proxy/client-error.ts';
import { passUpgrade } from '../proxy/upgrade.ts';
import { Upstreams } from '../proxy/upstreams.ts';
import type { ToWorker } from '../processes/messages.ts';
import type { RouteTable } from '../route-table.ts';
import { compileRouter } from '../routing/router.ts';
import { WriteRecorder } from '../recording/write-recorder.ts';
import { ShadowSampler } from '../shadow/sampler.ts';
import { AccessLog } from './access-log.ts';
import type { WorkerCore } from './core.ts';
import { Holds } from './holds.ts';
import { InFlight } from './in-flight.ts';
import { LatestRequests } from './latest-requests.ts';
import { Pins } from './pins.ts';
import { Traffic, turnMs } from './traffic.ts';
import { WorkerLink } from './worker-link.ts';

/** How often a worker tells its counts unasked, so that little is lost when it dies. */
const reportEveryMs = 1_000;
/** How long a worker whose primary has died goes on with requests in flight. */
const orphanDrainMs = 5_000;

/** Runs in a forked process until the primary says stop or goes away. */
export function runWorker(): void {
  const link = new WorkerLink();
  let running: RunningWorker | undefined;
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'begin') running = new RunningWorker(message.config, message.table, link, message.pins);
    else running?.receive(message);
  });
  process.on('SIGINT', () => {}); // a terminal sends it to the whole group; the primary decides
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => void (running?.stop(orphanDrainMs) ?? process.exit(0)));
  link.send({ kind: 'hello' });
}

class RunningWorker {
  readonly #core: WorkerCore;
  readonly #link: WorkerLink;
  readonly #server: Server;
  readonly #pins: Pins;
  readonly #shadow: ShadowSampler;
  #stopping: Promise<void> | undefined;

  constructor(config: ResolvedConfig, table: RouteTable, link: WorkerLink, pinned: Extract<ToWorker, { kind: 'begin' }>['pins']) {
    this.#link = link;
    const { limits } = config;
    this.#pins = new Pins(link);
    for (const { scope, keys, all } of pinned) {
      for (const key of keys) this.#pins.add(scope, key);
      if (all) this.#pins.setAll(scope, true, []);
    }
    const traffic = new Traffic();
    this.#shadow = new ShadowSampler({
      limits,
      pins: this.#pins,
      send: (samples, tallies) => link.send({ kind: 'shadow', samples, tallies }),
    });
    this.#core = {
      router: compileRouter(table),
      draining: false,
      limits,
      allowOrigin: config.allowOrigin,
      rules: { kindOf: createRequestKinds(config.identityHeaders), trustedProxies: new Set(config.trustedProxies) },
      upstreams: new Upstreams(limits, limits.upstreamConnections),
      holds: new Holds(),
      inFlight: new InFlight(),
      traffic,
      pins: this.#pins,
      shadow: this.#shadow,
      recorder: new WriteRecorder((batches) => link.send({ kind: 'written-down', batches })),
      log: config.accessLog === 'json' ? new AccessLog() : undefined,
      latest: new LatestRequests(),
    };
    this.#server = this.#listen(config);
    setInterval(() => traffic.turn(), turnMs).unref();
    setInterval(() => this.#tell(), reportEveryMs).unref();
  }

  #listen(config: ResolvedConfig): Server {
    const core = this.#core;
    const serve = (request: IncomingMessage, response: ServerResponse): void => new Exchange(core, request, response, false).begin();
    const server = createServer(
      // Only a WebSocket leaves HTTP here; another Upgrade (h2c) is an offer the gateway declines by answering plainly.
      { insecureHTTPParser: false, shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket' },
      serve,
    );
    server.on('checkContinue', (request, response) => new Exchange(core, request, response, true).begin());
    server.on('upgrade', (request, socket, head) => passUpgrade(core, request, socket, head));
    server.on('clientError', answerClientError);
    server.on('error', (error: NodeJS.ErrnoException) => {
      const message = `Port ${config.port} on ${config.host} cannot be listened on: ${error.message}`;
      this.#link.send({ kind: 'failed', code: 'GATEWAY_PORT_IN_USE', message, fix: 'Choose another port in the configuration.' });
    });
    server.listen(config.port, config.host, 1024, () => {
      const address = server.address();
      this.#link.send({ kind: 'listening', port: typeof address === 'object' && address !== null ? address.port : config.port });
    });
    return server;
  }

  receive(message: Exclude<ToWorker, { kind: 'begin' }>): void {
    const { inFlight } = this.#core;
    const done = (id: number, value: unknown): void => this.#link.send({ kind: 'done', id, value });
    switch (message.kind) {
      case 'routes':
        this.#swap(message.table);
        done(message.id, message.table.version);
        break;
      case 'drain':
        void inFlight.drained(message.routeIds, message.timeoutMs).then((left) => done(message.id, left));
        break;
      case 'report':
        done(message.id, this.#report());
        break;
      case 'find-requests':
        done(message.id, this.#core.latest.find(message.traceId));
        break;
      case 'pin':
        for (const scope of message.scopes) this.#pins.add(scope, message.key);
        done(message.id, true);
        break;
      case 'unpin':
        this.#pins.remove(message.scope, message.keys);
        break;
      case 'pin-all':
        this.#pins.setAll(message.scope, message.on, message.keys);
        done(message.id, true);
        break;
      case 'barrier-state':
        this.#pins.setBarrier(message.scope, message.working);
        break;
      case 'answer':
        this.#link.receive(message);
        break;
      case 'confirm':
        this.#shadow.confirm(message.sampleId);
        break;
      case 'stop':
        void this.stop(message.drainMs);
        break;
    }
  }

  #swap(table: RouteTable): void {
    const router = compileRouter(table);
    this.#core.router = router;
    this.#core.upstreams.use(Object.values(table.upstreams));
    this.#shadow.use(Object.values(table.upstreams));
    this.#core.holds.release((routeId) => router.routesById.get(routeId)?.route.hold !== undefined);
  }

  #report(): Extract<Parameters<WorkerLink['send']>[0], { kind: 'report' }>['report'] {
    const { inFlight, holds, traffic, router } = this.#core;
    return { pid: process.pid, version: router.table.version, inFlight: inFlight.total, held: holds.waiting, traffic: traffic.snapshot() };
  }

  #tell(): void {
    this.#link.send({ kind: 'report', report: this.#report() });
  }

  /** Takes no new connection, answers what is in flight, then ends the process. */
  stop(drainMs: number): Promise<void> {
    this.#stopping ??= this.#drain(drainMs);
    return this.#stopping;
  }

  async #drain(drainMs: number): Promise<void> {
    const core = this.#core;
    core.draining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const idle = setInterval(() => this.#server.closeIdleConnections(), 50);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, drainMs))]);
    clearInterval(idle);
    this.#server.closeAllConnections();
    this.#tell();
    core.recorder.close();
    core.log?.close();
    await Promise.all([core.upstreams.close(), this.#shadow.close()]);
    setImmediate(() => process.exit(0));
  }
}
