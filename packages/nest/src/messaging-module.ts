/** Outbox, consumer group and projections of a service as a NestJS module: what publishes injects OUTBOX, what handles is marked with OnEvent. */
import type { EventHandler, HandlerContext, Outcome } from '@banyan/bus';
import type { EventContract, EventEnvelope } from '@banyan/contract';
import { createOutbox, installOutbox, type Transactions } from '@banyan/outbox';
import { findCopy, type Messaging, type Projection, type RunningProjections, startMessaging, startProjections } from '@banyan/service';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  type InjectionToken,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner, ModuleRef, Reflector } from '@nestjs/core';
import { onEventKey, type OnEventMark } from './on-event.ts';

/** An `Outbox` of the events in `publishes`. */
export const OUTBOX = Symbol('banyan outbox');
/** The `Transactions` of the service's ORM. */
export const TRANSACTIONS = Symbol('banyan transactions');
/** A `Copies`: the projections, for the internal routes of the service. */
export const COPIES = Symbol('banyan copies');
const OPTIONS = Symbol('banyan messaging options');

/** What this service keeps of others under a name; as findCopy() of @banyan/service. */
export type Copies = (name: string, query: URLSearchParams) => ReturnType<typeof findCopy>;

export interface MessagingModuleOptions {
  /** The consumer group: the name of the service. */
  readonly group: string;
  /** As in the envelope: `/node-learn/quiz`. */
  readonly source: string;
  readonly publishes: readonly EventContract[];
  readonly brokerUrl: string;
  readonly databaseUrl: string;
  /** What `transactions` is made from: a DataSource, a Pool. */
  readonly inject: readonly InjectionToken[];
  readonly transactions: (...injected: never[]) => Transactions<unknown>;
  /** Tokens of providers that are a Projection. */
  readonly projections?: readonly InjectionToken[];
}

/** Global. Handlers run from the end of the start on; they end after the last request and before the database connections. */
export function createMessagingModule(options: MessagingModuleOptions): DynamicModule {
  const { source, publishes, inject } = options;
  return {
    module: MessagingModule,
    global: true,
    imports: [DiscoveryModule],
    providers: [
      { provide: OPTIONS, useValue: options },
      {
        provide: TRANSACTIONS,
        inject: [...inject],
        useFactory: async (...injected: never[]) => {
          const transactions = options.transactions(...injected);
          await transactions.run(({ session }) => installOutbox(session));
          return transactions;
        },
      },
      {
        provide: OUTBOX,
        inject: [TRANSACTIONS],
        useFactory: (transactions: Transactions<unknown>) => createOutbox({ transactions, source, publishes }),
      },
      {
        provide: COPIES,
        inject: [ModuleRef],
        useFactory:
          (modules: ModuleRef): Copies =>
          (name, query) =>
            findCopy(projectionsOf(options, modules), name, query),
      },
      MessagingLifecycle,
    ],
    exports: [OUTBOX, TRANSACTIONS, COPIES],
  };
}

/** The name of the module; what it consists of depends on the options. */
@Module({})
class MessagingModule {}

type Part = Pick<EventHandler<unknown>, 'handle' | 'replayable' | 'contract'>;

@Injectable()
class MessagingLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #options: MessagingModuleOptions;
  readonly #transactions: Transactions<unknown>;
  readonly #discovery: DiscoveryService;
  readonly #reflector: Reflector;
  readonly #modules: ModuleRef;
  #messaging: Messaging | undefined;
  #projections: RunningProjections | undefined;

  constructor(
    @Inject(OPTIONS) options: MessagingModuleOptions,
    @Inject(TRANSACTIONS) transactions: Transactions<unknown>,
    discovery: DiscoveryService,
    reflector: Reflector,
    modules: ModuleRef,
  ) {
    this.#options = options;
    this.#transactions = transactions;
    this.#discovery = discovery;
    this.#reflector = reflector;
    this.#modules = modules;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { group, brokerUrl, databaseUrl } = this.#options;
    const transactions = this.#transactions;
    const projections = projectionsOf(this.#options, this.#modules);
    // Projections first: what arrives is applied to what is known of them.
    if (projections.length > 0) this.#projections = await startProjections(transactions, projections);
    const parts = [...projections.flatMap(({ handlers }) => handlers), ...this.#markedMethods()];
    this.#messaging = await startMessaging({ group, brokerUrl, databaseUrl, transactions, handlers: joinByType(parts) });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#projections?.stop();
    await this.#messaging?.stop();
  }

  #markedMethods(): Part[] {
    const scanner = new MetadataScanner();
    return this.#discovery.getProviders().flatMap(({ instance }: { instance?: unknown }) => {
      if (typeof instance !== 'object' || instance === null) return [];
      const methods = instance as Record<string, Part['handle']>;
      return scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object).flatMap((name) => {
        const method = methods[name];
        const marks = method === undefined ? undefined : this.#reflector.get<readonly OnEventMark[] | undefined>(onEventKey, method);
        return (marks ?? []).map((mark): Part => ({ ...mark, handle: (event, context) => methods[name]!(event, context) }));
      });
    });
  }
}

/** They are providers of another module, which is made after this one. */
function projectionsOf({ projections = [] }: MessagingModuleOptions, modules: ModuleRef): Projection<unknown>[] {
  return projections.map((token) => modules.get<Projection<unknown>>(token, { strict: false }));
}

/** One handler per type: its parts one after another in one transaction, up to the first that is not done. Replayed only when all of them may be. */
function joinByType(parts: readonly Part[]): EventHandler<unknown>[] {
  return [...Map.groupBy(parts, ({ contract }) => contract.type).values()].map((ofType) => ({
    contract: ofType[0]!.contract,
    replayable: ofType.every(({ replayable }) => replayable),
    handle: async (event: EventEnvelope<Record<string, unknown>>, context: HandlerContext<unknown>): Promise<Outcome | void> => {
      for (const part of ofType) {
        const outcome = await part.handle(event, context);
        if (outcome !== undefined && outcome.kind !== 'done') return outcome;
      }
    },
  }));
}
