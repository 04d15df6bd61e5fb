/** Sagas of random shape among processes that die, hang and restart, on a database in memory, in virtual time; what happened is checked afterwards. */
import type { EventEnvelope } from '@banyan/contract';
import { createVirtualClock, type VirtualClock } from '@banyan/bus/virtual-clock';
import { createRandom, type SeededRandom } from '@banyan/proof/seeded-random';
import { z } from 'zod';
import type { Saga } from '../definition.ts';
import { refuse, saga } from '../definition.ts';
import { createSagaEngine, type SagaEngine } from '../engine.ts';
import { createMemorySagaDatabase, type MemoryConnection, type MemorySagaDatabase, type MemoryTransaction } from '../memory-store.ts';
import { isResting, type NewRecord } from '../state.ts';
import type { SagaStore, StoredSaga } from '../store.ts';
import { orderPaid } from './order-saga.ts';

export interface Scenario {
  readonly seed: number;
  readonly steps: readonly ('local' | 'call' | 'wait')[];
  /** After so many steps there is no way back; none when it is not below their number. */
  readonly pivotAfter: number;
  readonly sagas: number;
  /** Virtual seconds after which a random process dies. */
  readonly deaths: readonly number[];
  /** How likely an attempt goes wrong, in percent. */
  readonly trouble: number;
}

/** What the checker must find: the engine, or what is around it, made wrong on purpose. */
export interface Planted {
  readonly armsAfterAction?: boolean;
  /** Only what is left in the end may tell. */
  readonly isSilent?: boolean;
  readonly noFence?: boolean;
  readonly dropsEarlyEvents?: boolean;
}

export interface Effect {
  readonly saga: string;
  readonly step: string;
  readonly kind: 'action' | 'undo';
}

export interface History {
  readonly sagas: readonly StoredSaga[];
  readonly started: readonly string[];
  readonly effects: readonly Effect[];
  /** Actions that began without their undo being recorded. */
  readonly unarmed: readonly string[];
  /** When a fitting event was durable, in virtual milliseconds, by `key/step`. */
  readonly paidAt: ReadonlyMap<string, number>;
}

/** Of every wait. */
export const waitMs = 5_000;
const leaseMs = 2_000;
const endAfterMs = 600_000;

export async function simulate(scenario: Scenario, planted: Planted = {}): Promise<History> {
  const clock = createVirtualClock();
  return clock.run(new Simulation(scenario, planted, clock).run());
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #planted: Planted;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #database: MemorySagaDatabase;
  readonly #definition: Saga;
  readonly #effects: Effect[] = [];
  readonly #unarmed: string[] = [];
  readonly #armed = new Set<string>();
  readonly #fences = new Map<string, { actions: number; undos: number }>();
  readonly #paidAt = new Map<string, number>();
  readonly #started: string[] = [];
  #processes: { connection: MemoryConnection; engine: SagaEngine }[] = [];
  #ids = 0;

  constructor(scenario: Scenario, planted: Planted, clock: VirtualClock) {
    this.#scenario = scenario;
    this.#planted = planted;
    this.#clock = clock;
    this.#random = createRandom(scenario.seed);
    this.#database = createMemorySagaDatabase({
      clock,
      travel: () => clock.wait(this.#random.chance(0.01) ? 3 * leaseMs : this.#random.below(4)),
    });
    this.#definition = this.#define();
  }

  async run(): Promise<History> {
    this.#processes = [await this.#startProcess(), await this.#startProcess()];
    const disasters = this.#scenario.deaths.map((seconds) => this.#dieAt(seconds * 1_000));
    await Promise.all(Array.from({ length: this.#scenario.sagas }, (_, at) => this.#startSaga(`s${at}`)));
    await Promise.all(disasters);
    const { store } = this.#database.connect();
    const until = this.#clock.now() + endAfterMs;
    let sagas: readonly StoredSaga[] = [];
    do {
      await this.#clock.wait(1_000);
      sagas = await store.find({ withRecords: true });
    } while (this.#clock.now() < until && !sagas.every(({ state }) => isResting(state)));
    await this.#clock.wait(60_000); // whatever hangs comes late now
    const history = { sagas: await store.find({ withRecords: true }), started: this.#started, effects: this.#effects };
    await Promise.all(this.#processes.map(({ engine }) => engine.stop({ withinMs: 1_000 })));
    return { ...history, unarmed: this.#unarmed, paidAt: this.#paidAt };
  }

  async #startProcess() {
    const connection = this.#database.connect();
    const engine = await createSagaEngine({
      store: this.#watched(connection.store),
      transactions: connection.transactions,
      sagas: [this.#definition],
      clock: this.#clock,
      random: this.#random,
      leaseMs,
      newId: () => `id-${(this.#ids += 1)}`,
    });
    return { connection, engine };
  }

  async #dieAt(ms: number): Promise<void> {
    await this.#clock.wait(ms);
    const at = this.#random.below(this.#processes.length);
    this.#processes[at]!.connection.cut();
    await this.#clock.wait(this.#random.below(5_000));
    this.#processes[at] = await this.#startProcess();
  }

  /** Asks again, as a client does, when no answer comes: the process may have died. */
  async #startSaga(key: string): Promise<void> {
    let isStarted = false;
    while (!isStarted) {
      const { engine } = this.#random.pick(this.#processes);
      const asking = engine.start(this.#definition, key, { key }).then(() => (isStarted = true));
      asking.catch(() => {}); // asked again
      await Promise.race([asking.catch(() => {}), this.#clock.wait(20_000)]);
    }
    this.#started.push(key);
    for (const [at, kind] of this.#scenario.steps.entries()) if (kind === 'wait') void this.#pay(key, `step-${at}`);
  }

  /** The event comes early, late, twice, or never; one that does not fit comes first at times. */
  async #pay(key: string, step: string): Promise<void> {
    await this.#clock.wait(this.#random.pick([0, 1, 50, 2_000, 6_000]));
    if (this.#random.chance(this.#scenario.trouble / 400)) return;
    if (this.#random.chance(0.3)) await this.#deliver(key, step, 0, `${key}-${step}-small`);
    await this.#deliver(key, step, 5, `${key}-${step}`);
    if (!this.#paidAt.has(`${key}/${step}`)) this.#paidAt.set(`${key}/${step}`, this.#clock.now());
    if (this.#random.chance(0.5)) await this.#deliver(key, step, 5, `${key}-${step}`);
  }

  /** At least once, as a bus does. */
  async #deliver(key: string, step: string, amount: number, id: string): Promise<void> {
    const event = { id, type: orderPaid.type, data: { order: `${key}/${step}`, amount } } as unknown as EventEnvelope;
    for (let isDelivered = false; !isDelivered;) {
      const { engine, connection } = this.#random.pick(this.#processes);
      const delivering = connection.transactions.run(({ session }) => engine.deliver(session, event)).then(() => (isDelivered = true));
      await Promise.race([delivering.catch(() => {}), this.#clock.wait(15_000)]);
    }
  }

  #define(): Saga {
    const { steps, pivotAfter } = this.#scenario;
    // The types of the builder follow from code that is written, not from steps drawn at random.
    let builder = saga('random', { version: 1, input: z.object({ key: z.string() }), limitMs: 30_000 }) as any; // oxlint-disable-line typescript/no-explicit-any
    for (const [at, kind] of steps.entries()) {
      if (at === pivotAfter) builder = builder.pivot();
      const name = `step-${at}`;
      const undoing = at >= pivotAfter ? {} : { undo: (context: Context) => this.#undo(context, name, kind) };
      if (kind === 'wait') builder = builder.wait(name, this.#waiting(name));
      else
        builder = builder[kind](name, {
          action: (context: Context) => this.#act(context, name, kind, at < pivotAfter),
          timeoutMs: 1_000,
          ...undoing,
        });
    }
    return builder.end({ result: () => 'thanks' }) as Saga;
  }

  #waiting(name: string) {
    return {
      events: [orderPaid],
      by: ({ data }: { data: { order: string } }) => data.order,
      key: ({ saga }: Context) => `${saga.key}/${name}`,
      withinMs: waitMs,
      when: ({ data }: { data: { amount: number } }) => data.amount > 0,
      onEvent: () => ({}),
      onTimeout: 'undo',
    };
  }

  async #act({ saga: { id, key }, native }: Context, step: string, kind: string, isUndoable: boolean): Promise<unknown> {
    if (this.#planted.isSilent !== true && kind === 'call' && isUndoable && !this.#armed.has(`${id}/${step}`))
      this.#unarmed.push(`${key}/${step}`);
    const trouble = this.#trouble();
    if (trouble === 'fails') throw new Error('It failed.');
    if (trouble === 'refuses') return refuse('no');
    if (trouble === 'hangs') await this.#clock.wait(1_000 + this.#random.below(20_000));
    if (kind === 'local') native.stage(() => void this.#effects.push({ saga: key, step, kind: 'action' }));
    else if (this.#passesFence(`${id}/${step}`, 'action')) this.#effects.push({ saga: key, step, kind: 'action' });
    if (trouble === 'fails-after') throw new Error('It failed after its effect.');
    return { step };
  }

  async #undo({ saga: { id, key }, native }: Context, step: string, kind: string): Promise<void> {
    const trouble = this.#trouble();
    if (trouble === 'fails' || trouble === 'refuses') throw new Error('Its undo failed.');
    if (trouble === 'hangs') await this.#clock.wait(500);
    if (kind === 'local') native.stage(() => void this.#effects.push({ saga: key, step, kind: 'undo' }));
    else if (this.#passesFence(`${id}/${step}`, 'undo')) this.#effects.push({ saga: key, step, kind: 'undo' });
    if (trouble === 'fails-after') throw new Error('Its undo failed after its effect.');
  }

  #trouble(): 'none' | 'fails' | 'fails-after' | 'hangs' | 'refuses' {
    if (!this.#random.chance(this.#scenario.trouble / 100)) return 'none';
    return this.#random.weighted({ fails: 3, 'fails-after': 3, hangs: 3, refuses: 1 });
  }

  /** What `fence` does in a database; without it each action and each undo of an action simply happens. */
  #passesFence(address: string, kind: 'action' | 'undo'): boolean {
    const seen = this.#fences.get(address) ?? { actions: 0, undos: 0 };
    const isFirst = kind === 'action' ? seen.actions === 0 : seen.undos === 0;
    const isRefused = kind === 'action' && seen.undos > 0 && this.#planted.noFence !== true;
    const isEmpty = kind === 'undo' && seen.actions === 0;
    if (kind === 'undo') seen.undos += 1;
    else if (!isRefused) seen.actions += 1;
    this.#fences.set(address, seen);
    if (isRefused) throw new Error('It has been undone.');
    return isFirst && !isEmpty;
  }

  /** Sees what is durable before the engine does, and plants the faults of the engine. */
  #watched(store: SagaStore): SagaStore {
    const { armsAfterAction = false, dropsEarlyEvents = false } = this.#planted;
    const note = (saga: string, arms: readonly (readonly string[] | undefined)[]) =>
      arms.forEach((steps = []) => steps.forEach((step) => this.#armed.add(`${saga}/${step}`)));
    const noteAll = (sagas: readonly StoredSaga[]) =>
      sagas.forEach(({ id, arms, records }) => note(id, [arms, ...records.map((it) => it.arms)]));
    return {
      ...store,
      claim: async (token, wanted) => {
        const claimed = await store.claim(token, wanted);
        noteAll(claimed.sagas);
        return claimed;
      },
      find: async (filter) => {
        const found = await store.find(filter);
        noteAll(found);
        return found;
      },
      write: async (token, checkpoints, session) => {
        const changed = armsAfterAction ? checkpoints.map(armingAfterwards) : checkpoints;
        const written = await store.write(token, changed, session);
        for (const { saga, start, records = [] } of changed) note(saga, [start?.arms, ...records.map(({ arms }) => arms)]);
        return written;
      },
      keep: async (session, events) => {
        const waiting = dropsEarlyEvents ? await store.find({ withRecords: true }) : [];
        const isAwaited = ({ key }: { key: string }) =>
          waiting.some((it) => key.startsWith(`${it.key}/`) && it.records.at(-1)?.kind === 'waiting');
        await store.keep(session, dropsEarlyEvents ? events.filter(isAwaited) : events);
      },
    };
  }
}

interface Context {
  readonly saga: { readonly id: string; readonly key: string };
  readonly native: MemoryTransaction;
}

type Written = Parameters<SagaStore['write']>[1][number];

/** What most hand-written sagas do: remember the undo once the action has answered. */
function armingAfterwards({ start, records, ...rest }: Written): Written {
  return {
    ...rest,
    ...(start === undefined ? {} : { start: { ...start, arms: [] } }),
    ...(records === undefined ? {} : { records: records.map(armedAfterwards) }),
  };
}

function armedAfterwards({ kind, step, content }: NewRecord): NewRecord {
  const record = { kind, ...(step === undefined ? {} : { step }), ...(content === undefined ? {} : { content }) };
  return kind === 'done' ? { ...record, arms: [step ?? ''] } : record;
}
