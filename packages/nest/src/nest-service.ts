/** Runs a NestJS module as one service program: settings, database, schema, answers like Express, health, drain. */
import { documentsOf, type SystemContracts } from '@banyan/contract/contract-files';
import type { EndpointContract } from '@banyan/contract';
import { type DynamicModule, Module, type OnModuleInit, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type InternalRoutes,
  type RequestServer,
  type RunningService,
  runProgram,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceSettings,
  startService,
} from '@banyan/service';
import { CallerGuard, type Callers } from './caller.guard.ts';
import { requireDeclared, watchRoutes } from './declared-routes.ts';
import { endConnectionsWhenDraining } from './drain.ts';
import { NestError } from './errors.ts';
import { ExpressLikeAdapter, type ExpressHabits } from './like-express/adapter.ts';
import { serveFilesLikeExpress, type ServedFolder } from './like-express/files.ts';
import { createNestLogger } from './logging.ts';
import { RefusedWritesFilter } from './refused-writes.filter.ts';
import { reportRequests } from './request-reports.ts';

export interface NestServiceDefinition<Settings extends ServiceSettings> {
  readonly name: string;
  /** Read with readSettings(), so that every problem is named before anything starts. */
  readonly settings: Settings;
  readonly database?: NonNullable<ServiceDefinition<Settings>['database']>;
  /** Path before every route. Default: none. */
  readonly prefix?: string;
  /** Files served as they are, before the routes. */
  readonly files?: ServedFolder;
  /** What the program that it replaces does otherwise than Express alone. */
  readonly habits?: ExpressHabits;
  readonly module: (context: ServiceContext<Settings>) => DynamicModule | Type;
  /** Everything that clients may call; with a handler that is not among it the service does not start. */
  readonly endpoints: readonly EndpointContract[];
  /** Of the whole system: what of them concerns this service is shown at `/docs` of its internal port. */
  readonly contracts?: SystemContracts;
  /** How callers are known; a function where they are looked up by what the application has. Absent: every endpoint is for anyone. */
  readonly callers?: Callers | ((application: NestFastifyApplication) => Callers);
  /** Rejects with the reason when the service cannot serve requests now; for /health/ready. */
  readonly ready?: (application: NestFastifyApplication) => Promise<void>;
  /** What other services may ask on the internal port, below /internal. */
  readonly internal?: (application: NestFastifyApplication) => InternalRoutes;
}

/** Starts the service and resolves when it serves. Answers are byte for byte those of NestJS on Express. */
export function startNestService<Settings extends ServiceSettings>(definition: NestServiceDefinition<Settings>): Promise<RunningService> {
  const { name, settings, database, contracts } = definition;
  return startService({
    name,
    settings,
    ...(database === undefined ? {} : { database }),
    ...(contracts === undefined ? {} : { documents: () => documentsOf(contracts, name) }),
    serve: (context) => serve(definition, context),
  });
}

/** The whole program: `definition` is called first, so that a setting that is wrong is reported like any failed start. */
export function runNestService<Settings extends ServiceSettings>(definition: () => NestServiceDefinition<Settings>): Promise<void> {
  return runProgram(() => startNestService(definition()));
}

async function serve<Settings extends ServiceSettings>(
  definition: NestServiceDefinition<Settings>,
  context: ServiceContext<Settings>,
): Promise<RequestServer> {
  const { HOST, PORT } = context.settings;
  const adapter = new ExpressLikeAdapter(definition.habits);
  reportRequests(adapter.getInstance());
  endConnectionsWhenDraining(adapter.getInstance());
  if (definition.files !== undefined) serveFilesLikeExpress(adapter.getInstance(), definition.files);
  const { name, endpoints, callers } = definition;
  const routes = watchRoutes(adapter.getInstance());
  // After the routes are there and before anything begins to work.
  const check: OnModuleInit = { onModuleInit: () => requireDeclared(name, routes, endpoints, callers !== undefined) };
  const root = { module: Root, imports: [definition.module(context)], providers: [{ provide: 'banyan declared routes', useValue: check }] };
  const application = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: createNestLogger(context.logger),
    bodyParser: false,
    abortOnError: false,
  });
  application.useGlobalGuards(new CallerGuard(endpoints, typeof callers === 'function' ? callers(application) : callers));
  application.useGlobalFilters(new RefusedWritesFilter(adapter, name));
  if (definition.prefix !== undefined) application.setGlobalPrefix(definition.prefix);
  try {
    await application.listen(PORT, HOST);
  } catch (cause) {
    await application.close();
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new NestError('NEST_PORT_TAKEN', `Port ${PORT} (PORT) is taken.`, { cause });
  }
  const server = application.getHttpServer();
  const { internal } = definition;
  return {
    port: (server.address() as { port: number }).port,
    ready: () => definition.ready?.(application) ?? Promise.resolve(),
    ...(internal === undefined ? {} : { internal: internal(application) }),
    // Requests end first: what they wait for may still have to come as an event.
    close: async () => {
      await adapter.getInstance().close();
      await application.close();
    },
    abort: () => server.closeAllConnections(),
  };
}

/** Around the module of the service. */
@Module({})
class Root {}
