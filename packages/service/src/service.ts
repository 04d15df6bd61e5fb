/** The life of one service program: settings, database, schema, ready, draining, gone. */
import type { Documents } from '@banyan/contract/docs-page';
import { createLogger, createMetrics, listen, type Logger, type Metrics } from '@banyan/telemetry';
import { answerServices, type InternalRoutes, requireInternalContracts } from './answer-services.ts';
import { brokerState } from './broker-watch.ts';
import { crashPoint } from './crash-points.ts';
import { waitForDatabase } from './database.ts';
import { report } from './report.ts';
import { type InternalAnswer, type InternalRequest, type InternalServer, startInternalServer } from './running/internal-server.ts';
import { isSchemaGone } from './running/schema-watch.ts';
import { applySchemaChanges } from './schema-changes.ts';
import type { ServiceSettings } from './settings.ts';

export type { InternalAnswer, InternalRequest } from './running/internal-server.ts';

/** The part of a service that takes requests; built by the web framework. */
export interface RequestServer {
  /** The port it listens on. */
  readonly port: number;
  /** Resolves when what it needs is there; rejects with the reason when not. Called by /health/ready, answered within 2 s. */
  ready(): Promise<void>;
  /** What other services may ask on the internal port, below /internal, each with its contract. Absent: nothing is there. */
  readonly internal?: InternalRoutes;
  /** Takes no new connection, lets requests in flight end, then releases everything. */
  close(): Promise<void>;
  /** Ends every connection at once: for requests that outlast the drain. */
  abort(): void;
}

export interface ServiceContext<Settings> {
  readonly name: string;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface ServiceDefinition<Settings extends ServiceSettings> {
  readonly name: string;
  readonly settings: Settings;
  /** Absent: the service has no database. */
  readonly database?: { readonly url: string; readonly schemaDirectory: string; readonly startTimeoutMs?: number };
  /** Shown at `/docs` of the internal port. Absent: nothing is there. */
  readonly documents?: () => Documents;
  readonly serve: (context: ServiceContext<Settings>) => Promise<RequestServer>;
}

export interface RunningService {
  readonly port: number;
  readonly internalPort: number;
  /** Resolves when its database was lost and an empty one answers in its place: only a new start brings its tables back. */
  readonly databaseReplaced: Promise<void>;
  /** Stops being ready, drains within DRAIN_TIMEOUT_MS, closes. Idempotent; true when every request could end by itself. */
  stop(): Promise<boolean>;
}

const readyTimeoutMs = 2_000;

/** Starts the service. The internal port answers from the beginning, "not ready" until requests can be served. */
export async function startService<Settings extends ServiceSettings>(definition: ServiceDefinition<Settings>): Promise<RunningService> {
  const { name, settings } = definition;
  const logger = createLogger({ service: name, level: settings.LOG_LEVEL });
  const metrics = createMetrics({ service: name });
  const stopListening = listen({ logger, metrics });
  const state: State = { server: undefined, draining: false };
  let internal: InternalServer | undefined;
  try {
    const health = { check: () => checkHealth(state), broker: () => brokerState(name) };
    const serve = (request: InternalRequest) => serveInternally(name, state, request);
    const { documents } = definition;
    internal = await startInternalServer({
      host: settings.HOST,
      port: settings.INTERNAL_PORT,
      health,
      metrics,
      ...(documents === undefined ? {} : { documents }),
      serve,
    });
    if (definition.database !== undefined) await prepareDatabase(definition.database);
    const server = await definition.serve({ name, settings, logger, metrics });
    state.server = await requireDeclared(server);
  } catch (error) {
    await internal?.close();
    stopListening();
    throw error;
  }
  const ports = { port: state.server.port, internalPort: internal.port };
  report('info', 'service.ready', `${name} is ready`, { ...ports, readyMs: Math.round(performance.now()) });
  crashPoint('service.ready');
  const watching = new AbortController();
  const databaseReplaced = untilReplaced(definition.database?.url, watching.signal);
  const stop = async () => {
    watching.abort();
    return drain(state, settings.DRAIN_TIMEOUT_MS, internal).finally(stopListening);
  };
  let stopped: Promise<boolean> | undefined;
  return { ...ports, databaseReplaced, stop: () => (stopped ??= stop()) };
}

/** Never resolves for a service without a database, nor after the signal. */
async function untilReplaced(url: string | undefined, signal: AbortSignal): Promise<void> {
  if (url !== undefined && (await isSchemaGone(url, signal))) return;
  await new Promise<never>(() => {});
}

interface State {
  server: RequestServer | undefined;
  draining: boolean;
}

async function prepareDatabase(database: NonNullable<ServiceDefinition<ServiceSettings>['database']>): Promise<void> {
  await waitForDatabase(database.url, database.startTimeoutMs === undefined ? {} : { timeoutMs: database.startTimeoutMs });
  await applySchemaChanges(database.url, database.schemaDirectory);
}

async function checkHealth({ server, draining }: State): Promise<Record<string, string>> {
  if (draining) return { service: 'draining' };
  if (server === undefined) return { service: 'starting' };
  const timeout = AbortSignal.timeout(readyTimeoutMs);
  const late = new Promise<string>((resolve) => timeout.addEventListener('abort', () => resolve(`no answer in ${readyTimeoutMs} ms`)));
  const needs = server.ready().then(
    () => 'ok',
    (error: Error) => error.message || error.name,
  );
  return { service: 'ok', needs: await Promise.race([needs, late]) };
}

async function requireDeclared(server: RequestServer): Promise<RequestServer> {
  try {
    if (server.internal !== undefined) requireInternalContracts(server.internal);
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function serveInternally(service: string, { server }: State, request: InternalRequest): Promise<InternalAnswer | undefined> {
  if (server === undefined) return { status: 503, body: { statusCode: 503, message: 'Service Unavailable' } };
  return server.internal === undefined ? undefined : answerServices(service, request, server.internal);
}

async function drain(state: State, timeoutMs: number, internal: InternalServer): Promise<boolean> {
  state.draining = true;
  report('info', 'service.draining', 'No new requests; those in flight may end', { timeoutMs });
  crashPoint('service.draining');
  const server = state.server;
  let drained = true;
  const late = setTimeout(() => {
    drained = false;
    report('warn', 'service.drain.cut', 'Requests outlasted the drain and are cut', { timeoutMs });
    server?.abort();
  }, timeoutMs);
  await server?.close();
  clearTimeout(late);
  await internal.close();
  report('info', 'service.drained', 'Everything is closed', { drained });
  crashPoint('service.drained');
  return drained;
}
