/** The gateway's first process: keeps the routes, the workers, the pins and the comparisons, and answers the admin API. */
import type { AddressInfo } from 'node:net';
import type { Worker } from 'node:cluster';
import type { ResolvedConfig } from '../config.ts';
import { crashPoint } from '../crash-points.ts';
import { GatewayError } from '../errors.ts';
import type { ToPrimary, WorkerReport } from '../processes/messages.ts';
import { validateRouteTable, type RouteTable } from '../route-table.ts';
import { RecordingBook } from '../recording/recording-book.ts';
import { ShadowBook } from '../shadow/shadow-book.ts';
import type { AnsweredRequest } from '../worker/latest-requests.ts';
import { createAdminServer, type AdminAnswer } from './admin.ts';
import { docsHandlers } from './docs.ts';
import { renderMetrics, TrafficBook } from './metrics.ts';
import { PinBoard } from './pin-board.ts';
import { assertPortFree } from './port-holder.ts';
import { firstTable, RouteStore } from './route-store.ts';
import { WorkerPool } from './worker-pool.ts';

export interface RoutesAnswer {
  readonly version: number;
  readonly workers: number;
  /** From the first to the last worker having swapped, in milliseconds. */
  readonly flipMs: number;
  /** With `drain`: whether no request of those routes is in flight any more. */
  readonly drained: boolean;
  readonly drainMs: number;
}

export class Primary {
  readonly #config: ResolvedConfig;
  readonly #store: RouteStore;
  readonly #pool: WorkerPool;
  readonly #pins: PinBoard;
  readonly #traffic = new TrafficBook();
  readonly #shadow: ShadowBook;
  readonly #recording: RecordingBook;
  readonly #admin;
  #table: RouteTable;
  #change: Promise<unknown> = Promise.resolve();

  /** @throws GatewayError GATEWAY_ROUTES_UNREADABLE */
  constructor(config: ResolvedConfig, exec: string) {
    this.#config = config;
    this.#store = new RouteStore(config.statePath);
    const kept = this.#store.read();
    this.#table = kept === undefined ? firstTable(config.monolithUrl) : withMonolith(kept, config.monolithUrl);
    this.#shadow = new ShadowBook({
      path: `${config.statePath}.shadow`,
      limits: config.limits,
      log: this.#log,
      confirm: (pid, sampleId, scope) => this.#pool.tellPid(pid, { kind: 'confirm', sampleId, scope }),
    });
    this.#recording = new RecordingBook(config.limits);
    this.#recording.use(this.#table);
    this.#pins = this.#createPins();
    this.#pool = new WorkerPool({
      size: config.workers,
      exec,
      begin: () => ({ kind: 'begin', config, table: this.#table, pins: this.#pins.state() }),
      onMessage: (worker, message) => this.#hear(worker, message),
      onGone: (pid) => {
        this.#traffic.bury(pid);
        this.#pins.forget(pid);
        this.#shadow.forget(pid);
      },
      log: this.#log,
    });
    this.#admin = createAdminServer(config.adminToken, {
      'GET /health': () => ({ status: 200, body: { status: 'ok', workers: this.#pool.pids.length, version: this.#table.version } }),
      ...docsHandlers(config.docsDirectory),
      'GET /state': () => this.#state(),
      'PUT /routes': (body) => this.#putRoutes(body),
      'GET /shadow': async () => ({ status: 200, body: await this.#shadow.report() }),
      'POST /shadow/reset': async () => {
        await this.#shadow.reset();
        return { status: 200, body: { reset: true } };
      },
      'GET /recording': (_body, query) => ({
        status: 200,
        body: this.#recording.report(query.get('extraction') ?? '', Number(query.get('afterMs') ?? 0)),
      }),
      'GET /traffic': async () => {
        await this.#askReports();
        return { status: 200, body: this.#traffic.traffic() };
      },
      'GET /requests': async (_body, query) => ({ status: 200, body: await this.#findRequests(query.get('traceId') ?? '') }),
      'GET /metrics': () => this.#metrics(),
    });
  }

  readonly #log = (event: string, fields: Record<string, unknown>): void => {
    process.stdout.write(`${JSON.stringify({ level: 'info', time: Date.now(), event, ...fields })}\n`);
  };

  /** Resolves when every worker listens. @throws GatewayError GATEWAY_PORT_IN_USE */
  async start(): Promise<void> {
    const { host, port, adminPort } = this.#config;
    await assertPortFree(host, port, 'port');
    await assertPortFree('127.0.0.1', adminPort, 'adminPort');
    await this.#pool.start();
    await new Promise<void>((resolve, reject) => this.#admin.once('error', reject).listen(adminPort, '127.0.0.1', resolve));
    const admin = (this.#admin.address() as AddressInfo).port;
    this.#log('ready', {
      pid: process.pid,
      host,
      port: this.#pool.port,
      adminPort: admin,
      workers: this.#pool.pids,
      version: this.#table.version,
    });
  }

  async stop(): Promise<void> {
    this.#admin.close();
    this.#pins.close();
    await this.#pool.stop(this.#config.limits.drainMs);
    await this.#shadow.close();
    this.#admin.closeAllConnections();
    this.#log('stopped', { pid: process.pid });
  }

  #createPins(): PinBoard {
    const { controllerUrl, controllerToken, limits } = this.#config;
    return new PinBoard({
      limits,
      askReached: controllerUrl === undefined ? undefined : (scope, signal) => askReached(controllerUrl, controllerToken, scope, signal),
      unpin: (scope, keys) => this.#pool.tell({ kind: 'unpin', scope, keys }),
      pinAll: (scope, on, keys) => void this.#pool.askAll((id) => ({ kind: 'pin-all', id, scope, on, keys })),
      barrierState: (scope, working) => {
        this.#pool.tell({ kind: 'barrier-state', scope, working });
        this.#log(working ? 'controller-answers-again' : 'controller-silent', { extraction: scope });
      },
      count: (name) => this.#traffic.count(name),
    });
  }

  #hear(worker: Worker, message: ToPrimary): void {
    switch (message.kind) {
      case 'report':
        this.#traffic.report(message.report);
        break;
      case 'pin-request': {
        this.#pins.pin(message.scopes, message.key, worker.process.pid!);
        const { scopes, key } = message;
        const told = this.#pool.askAll((id) => ({ kind: 'pin', id, scopes, key }), { except: worker });
        void told.then(() => this.#pool.tellOne(worker, { kind: 'answer', id: message.id, value: true }));
        break;
      }
      case 'written':
        this.#pins.written(message.scopes, message.key, message.known, worker.process.pid!);
        break;
      case 'barrier-request':
        void this.#pins.barrier(message.scope).then((value) => this.#pool.tellOne(worker, { kind: 'answer', id: message.id, value }));
        break;
      case 'shadow':
        this.#shadow.take(worker.process.pid!, message.samples, message.tallies);
        break;
      case 'written-down':
        this.#recording.take(message.batches);
        break;
      case 'failed':
        process.stderr.write(`${message.message}\n${message.fix}\n`);
        process.exit(1);
        break;
      default:
        break;
    }
  }

  /** One change at a time: stored durably, then swapped by all workers, then drained. */
  #putRoutes(body: unknown): Promise<AdminAnswer> {
    const change = this.#change.then(() =>
      this.#changeRoutes(body as { table?: unknown; drain?: { routeIds?: string[]; timeoutMs?: number } } | undefined),
    );
    this.#change = change.catch(() => undefined);
    return change;
  }

  async #changeRoutes(body: { table?: unknown; drain?: { routeIds?: string[]; timeoutMs?: number } } | undefined): Promise<AdminAnswer> {
    const table = validateRouteTable(body?.table);
    this.#assertNewer(table);
    this.#store.write(table);
    const startedMs = performance.now();
    this.#table = table;
    this.#recording.use(table);
    crashPoint('gateway.routes.before-broadcast');
    const versions = await this.#pool.askAll((id) => ({ kind: 'routes', id, table }));
    crashPoint('gateway.routes.after-broadcast');
    const flipMs = performance.now() - startedMs;
    this.#log('routes', { version: table.version, routes: table.routes.length, flipMs: Math.round(flipMs * 100) / 100 });
    const { routeIds = [], timeoutMs = 5_000 } = body?.drain ?? {};
    const left =
      routeIds.length === 0
        ? []
        : await this.#pool.askAll((id) => ({ kind: 'drain', id, routeIds, timeoutMs }), { withinMs: timeoutMs + 2_000 });
    const answer: RoutesAnswer = {
      version: table.version,
      workers: versions.filter((version) => version === table.version).length,
      flipMs,
      drained: left.every((count) => count === 0 || count === undefined),
      drainMs: performance.now() - startedMs - flipMs,
    };
    return { status: 200, body: answer };
  }

  #assertNewer(table: RouteTable): void {
    const { version } = this.#table;
    const same = table.version === version && JSON.stringify(table) === JSON.stringify(this.#table);
    if (table.version > version || same) return;
    throw new GatewayError(
      'GATEWAY_ROUTES_OUTDATED',
      `Version ${table.version} was sent, version ${version} is in force${table.version === version ? ' with other content' : ''}.`,
    );
  }

  async #askReports(): Promise<void> {
    const reports = await this.#pool.askAll((id) => ({ kind: 'report', id }), { withinMs: 2_000 });
    for (const report of reports) if (report !== undefined) this.#traffic.report(report as WorkerReport);
  }

  async #state(): Promise<AdminAnswer> {
    await this.#askReports();
    const { version } = this.#table;
    return {
      status: 200,
      body: {
        version,
        pid: process.pid,
        port: this.#pool.port,
        workers: this.#traffic.workers(),
        table: this.#table,
        pins: this.#pins.counts(),
        counters: this.#traffic.counters(),
      },
    };
  }

  async #findRequests(traceId: string): Promise<AnsweredRequest[]> {
    const found = await this.#pool.askAll((id) => ({ kind: 'find-requests', id, traceId }));
    return (found as (AnsweredRequest[] | undefined)[]).flatMap((requests) => requests ?? []);
  }

  async #metrics(): Promise<AdminAnswer> {
    await this.#askReports();
    const shadow = await this.#shadow.totals();
    const body = renderMetrics({
      book: this.#traffic,
      version: this.#table.version,
      workers: this.#pool.pids.length,
      pinned: this.#pins.counts(),
      shadow,
    });
    return { status: 200, body, type: 'text/plain; version=0.0.4; charset=utf-8' };
  }
}

/** The monolith's address belongs to the configuration: it may have another port after a restart of the whole. */
function withMonolith(table: RouteTable, monolithUrl: string): RouteTable {
  return Object.hasOwn(table.upstreams, 'monolith') ? { ...table, upstreams: { ...table.upstreams, monolith: monolithUrl } } : table;
}

async function askReached(controllerUrl: string, token: string | undefined, scope: string, signal: AbortSignal): Promise<void> {
  const url = new URL(`/v1/reached?extraction=${encodeURIComponent(scope)}`, controllerUrl);
  const response = await fetch(url, { signal, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the controller answered ${response.status}`);
}
