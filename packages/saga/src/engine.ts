/** Runs sagas: starts them, brings them to their end through crashes and takeovers, feeds them with events, and tells who waits for them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Clock, type Random, systemClock, systemRandom } from '@banyan/bus/clock';
import type { EventContract, EventEnvelope } from '@banyan/contract';
import type { SqlSession, Transactions } from '@banyan/outbox/transactions';
import { crashPoint } from './crash-points.ts';
import type { Saga, WaitStep } from './definition.ts';
import { SagaError } from './errors.ts';
import { createOperator, type Operator } from './operator.ts';
import { report } from './report.ts';
import { createRests, type SagaOutcome, toOutcome } from './running/rests.ts';
import { createStarter } from './running/starting.ts';
import { beginTenure, type Tenure } from './running/tenure.ts';
import type { Address, KeptEvent, SagaStore } from './store.ts';

export type { SagaOutcome } from './running/rests.ts';

/** Carries "something has ended" to other processes, outside of any transaction. May lose and double it. */
export interface WakeUps {
  send(): void;
  /** Resolves when what is sent from now on is heard. */
  listen(onWake: () => void): Promise<{ close(): Promise<void> }>;
}

export interface SagaEngineOptions<Native> {
  readonly store: SagaStore;
  /** Of the database in which the store is: local steps run in them. */
  readonly transactions: Transactions<Native>;
  /** Every version that may still be running. */
  readonly sagas: readonly Saga[];
  /** Default: none, other processes are heard by polling. */
  readonly wakeUps?: WakeUps;
  readonly clock?: Clock;
  readonly random?: Random;
  /** A new UUID. */
  readonly newId?: () => string;
  /** After this time without renewal others take over. Default 2,000. */
  readonly leaseMs?: number;
  /** How often the store is asked for what nobody told. Default 250. */
  readonly pollMs?: number;
  /** Sagas under way in this process; those that wait do not count. Default 512. */
  readonly atOnce?: number;
  /** A saga of a version that no running program knows goes to an operator after this time. Default 60,000. */
  readonly strandedAfterMs?: number;
}

export interface SagaEngine {
  /**
   * Resolves when the saga is durable; it runs from then on. The same key and input again gives the same saga. Inside a transaction it joins it.
   * Throws SAGA_INPUT_INVALID, SAGA_KEY_TAKEN, SAGA_UNKNOWN, SAGA_STOPPED.
   */
  start<Input>(saga: Saga<string, Input>, key: string, input: NoInfer<Input>): Promise<{ readonly id: string }>;
  /** Never throws for how the saga ends; `running` when the time is over, the saga goes on then. */
  waitForEnd<Result>(
    saga: Saga<string, unknown, Result>,
    key: string,
    options: { readonly withinMs: number; readonly signal?: AbortSignal },
  ): Promise<SagaOutcome<Result>>;
  /** Keeps the event for every saga that waits for it or will, in the session of the consumer that handles it: call it for each event of `contracts`. */
  deliver(session: SqlSession, event: EventEnvelope): Promise<void>;
  /** What its sagas wait for. A consumer has to read them before a saga that waits for them begins. */
  readonly contracts: readonly EventContract[];
  readonly operator: Operator;
  /** Takes no more, lets running steps end (default 10,000 ms) and gives the rest to other processes. Idempotent. */
  stop(options?: { readonly withinMs?: number }): Promise<void>;
}

/** Takes a lease and begins. Throws SAGA_DEFINITION_INVALID when two definitions share name and version. */
export async function createSagaEngine<Native>(options: SagaEngineOptions<Native>): Promise<SagaEngine> {
  const engine = new Engine(options);
  await engine.begin();
  return engine;
}

class Engine implements SagaEngine {
  readonly contracts: readonly EventContract[];
  readonly operator: Operator;
  readonly #options: SagaEngineOptions<unknown>;
  readonly #clock: Clock;
  readonly #definitions: ReadonlyMap<string, Saga>;
  readonly #waits: readonly { readonly topic: string; readonly step: WaitStep; readonly type: string }[];
  readonly #rests;
  readonly #starter;
  readonly #stopping = new AbortController();
  /** Sagas run outside of the context of whoever starts them: its transaction is not theirs. */
  readonly #detached = AsyncLocalStorage.snapshot();
  #tenure!: Tenure;
  #tenures: Promise<void> = Promise.resolve();
  #listener: { close(): Promise<void> } | undefined;
  #stopped: Promise<void> | undefined;
  #lookingEnds: Promise<void> = Promise.resolve();
  /** Resolves when there is a lease again. */
  #renewal: Promise<void> = Promise.resolve();

  constructor(options: SagaEngineOptions<unknown>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#definitions = byVersion(options.sagas);
    const waits = [...this.#definitions.values()].flatMap((saga) =>
      saga.steps.filter((step) => step.kind === 'wait').map((step) => ({ topic: `${saga.name}/${step.name}`, step })),
    );
    this.#waits = waits.flatMap((wait) => wait.step.wait.events.map(({ type }) => ({ ...wait, type })));
    this.contracts = [...new Map(waits.flatMap(({ step }) => step.wait.events).map((contract) => [contract.type, contract])).values()];
    this.#rests = createRests({ store: options.store, clock: this.#clock });
    this.#starter = createStarter({
      store: options.store,
      transactions: options.transactions,
      stopping: this.#stopping.signal,
      newId: options.newId ?? randomUUID,
      definitionOf: (name, version) => this.#definitionOf(name, version),
      tenure: () => this.#tenure,
      renewal: () => this.#renewal,
      detached: this.#detached,
    });
    this.operator = createOperator({
      store: options.store,
      definitionOf: (name, version) => this.#definitionOf(name, version),
      wake: () => this.#tenure.wake([]),
    });
  }

  async begin(): Promise<void> {
    await this.#newTenure();
    try {
      this.#listener = await this.#options.wakeUps?.listen(() => void this.#look());
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#lookingEnds = this.#detached(() => this.#keepLooking());
  }

  start<Input>(saga: Saga<string, Input>, key: string, input: NoInfer<Input>): Promise<{ readonly id: string }> {
    return this.#starter.start(saga, key, input);
  }

  async waitForEnd<Result>(
    saga: Saga<string, unknown, Result>,
    key: string,
    options: { readonly withinMs: number; readonly signal?: AbortSignal },
  ): Promise<SagaOutcome<Result>> {
    const isHere = this.#tenure.isRunning(saga.name, key);
    return (await this.#rests.await(saga.name, key, { ...options, isHere })) as SagaOutcome<Result>;
  }

  async deliver(session: SqlSession, event: EventEnvelope): Promise<void> {
    const kept = new Map<string, KeptEvent>();
    for (const { topic, step, type } of this.#waits) {
      if (type !== event.type) continue;
      const key = step.wait.by(event as never);
      kept.set(`${topic} ${key}`, { topic, key, eventId: event.id, event });
    }
    if (kept.size === 0) return;
    const addresses: Address[] = [...kept.values()].map(({ topic, key }) => ({ topic, key }));
    await this.#options.store.keep(session, [...kept.values()]);
    const wake = () => {
      crashPoint('saga.event-kept');
      this.#tenure.wake(addresses);
    };
    // Without a transaction that can be seen, the regular look finds it.
    this.#options.transactions.current()?.afterCommit(wake);
  }

  stop({ withinMs = 10_000 }: { readonly withinMs?: number } = {}): Promise<void> {
    return (this.#stopped ??= this.#stop(withinMs));
  }

  async #stop(withinMs: number): Promise<void> {
    this.#stopping.abort();
    const tenure = this.#tenure;
    const isIdle = new AbortController();
    void tenure.whenIdle().then(() => isIdle.abort());
    await this.#clock.wait(withinMs, isIdle.signal);
    tenure.lose();
    if (isIdle.signal.aborted) await tenure.ended;
    await this.#giveBack(tenure.token);
    await this.#listener?.close();
    await this.#lookingEnds;
    await this.#renewal;
    await this.#tenures;
  }

  async #giveBack(token: string): Promise<void> {
    await this.#options.store
      .lease({ token, holder: '', forMs: 0 })
      .catch((error: Error) =>
        report('warn', 'saga.lease.unsure', 'The lease was not given back and ends by itself', { reason: error.message }),
      );
  }

  /** A tenure after the other, for as long as the engine runs. */
  async #newTenure(): Promise<void> {
    const {
      store,
      leaseMs = 2_000,
      pollMs = 250,
      atOnce = 512,
      strandedAfterMs = 60_000,
      transactions,
      random = systemRandom,
    } = this.#options;
    const holder = `${hostname()} ${process.pid}`;
    const lease = await store.lease({ holder, forMs: leaseMs });
    if (lease === undefined) throw new SagaError('SAGA_FENCED', 'The store gave no lease.');
    // Whoever stops the engine knows only of the tenure before.
    if (this.#stopping.signal.aborted) return this.#giveBack(lease.token);
    const world = { store, clock: this.#clock, random, transactions, holder, leaseMs, pollMs, atOnce, strandedAfterMs };
    this.#tenure = this.#detached(() =>
      beginTenure(
        {
          ...world,
          stopping: this.#stopping.signal,
          sagas: [...this.#definitions.keys()],
          definitionOf: (name, version) => this.#definitionOf(name, version),
          onRest: (saga, progress, end) => {
            this.#rests.tell(saga.name, saga.key, toOutcome(progress.state, end?.result, end?.marks ?? [], progress.reason));
            if (!this.#tenure.isAlone()) this.#options.wakeUps?.send();
          },
        },
        lease,
      ),
    );
    const { ended, lost } = this.#tenure;
    this.#tenures = ended;
    lost.addEventListener('abort', () => void (this.#renewal = this.#detached(() => this.#afterLoss(ended))), { once: true });
  }

  /** What still runs of the lost tenure is fenced by the store; it is not waited for. */
  async #afterLoss(lastTenure: Promise<void>): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    report('warn', 'saga.lease.lost', 'The lease was lost; others have taken over', {});
    lastTenure.catch(() => {});
    for (let pauseMs = 50; !this.#stopping.signal.aborted; pauseMs = Math.min(1_000, pauseMs * 2)) {
      try {
        return await this.#newTenure();
      } catch (error) {
        report('warn', 'saga.lease.unsure', 'No lease could be taken', { reason: (error as Error).message });
        await this.#clock.wait(pauseMs, this.#stopping.signal);
      }
    }
  }

  async #keepLooking(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#clock.wait(this.#options.pollMs ?? 250, this.#stopping.signal);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    await this.#rests
      .look()
      .catch((error: Error) => report('warn', 'saga.store.away', 'The ends of sagas could not be looked up', { reason: error.message }));
  }

  #definitionOf(name: string, version: number): Saga | undefined {
    return this.#definitions.get(`${name}/${version}`);
  }
}

function byVersion(sagas: readonly Saga[]): ReadonlyMap<string, Saga> {
  const definitions = new Map<string, Saga>();
  for (const saga of sagas) {
    const version = `${saga.name}/${saga.version}`;
    if (definitions.has(version))
      throw new SagaError('SAGA_DEFINITION_INVALID', `Two definitions are version ${saga.version} of "${saga.name}".`);
    definitions.set(version, saga);
  }
  return definitions;
}
