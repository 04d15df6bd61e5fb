/** A database, replicas of the service on a broker in memory, and those who publish to them. */
import { type BusDriver, createMemoryBroker, whenIdle } from '@banyan/bus';
import type { EventContract, EventData, EventEnvelope } from '@banyan/contract';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { achievementChecked, achievementCheckFailed, achievementEarned } from '@node-learn/contracts';
import { Publishers } from './publishers.ts';
import { type Replica, startReplica } from './replica.ts';
import { defineBadges, tellOwner } from './rows.ts';

export interface SceneOptions {
  /** Default 1; those of one broker share its group. */
  readonly replicas?: number;
  /** Everything is published on each of them, so that every event comes that many times. Default 1. */
  readonly brokers?: number;
  /** Of the replicas, in turn. Default: one for all. */
  readonly groups?: readonly string[];
  /** Default: achievement. */
  readonly owner?: string;
  /** False: the copies are left as they are made. Default: filled while there is nothing. */
  readonly isFilled?: boolean;
}

export class Scene {
  readonly database: TestDatabase;
  readonly publishers: Publishers;
  readonly replicas: readonly Replica[];
  readonly #told: Map<string, EventEnvelope>;

  private constructor(database: TestDatabase, publishers: Publishers, replicas: readonly Replica[], told: Map<string, EventEnvelope>) {
    this.database = database;
    this.publishers = publishers;
    this.replicas = replicas;
    this.#told = told;
  }

  static async start({
    replicas = 1,
    brokers = 1,
    groups = ['achievement'],
    owner = 'achievement',
    isFilled = true,
  }: SceneOptions = {}): Promise<Scene> {
    const database = await createTestDatabase();
    const memory = Array.from({ length: brokers }, () => createMemoryBroker());
    const told = new Map<string, EventEnvelope>();
    const publishers = new Publishers(...memory.map((broker) => broker.createDriver()));
    const started: Replica[] = [];
    for (const broker of memory)
      for (let n = 0; n < replicas; n += 1) {
        const group = groups[started.length % groups.length]!;
        started.push(await startReplica(database.url, remembering(broker.createDriver(), told), { shown: publishers.shown, group }));
      }
    await defineBadges(database);
    await tellOwner(database, owner);
    if (isFilled) for (const projection of started[0]?.projections ?? []) await projection.fill();
    return new Scene(database, publishers, started, told);
  }

  /** Until nothing is under way, neither towards the service nor from it. */
  async settled(): Promise<void> {
    await whenIdle({ consumers: this.replicas.map(({ consumer }) => consumer), timeoutMs: 60_000 });
    const left = async () => (await this.rows('select from banyan.outbox union all select from banyan.set_aside')).length;
    for (const end = Date.now() + 60_000; (await left()) > 0;) {
      if (Date.now() > end) throw new Error('Something is still under way after a minute');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async rows<Row = Record<string, unknown>>(statement: string): Promise<Row[]> {
    return (await this.database.query<Row & Record<string, unknown>>(statement)).rows;
  }

  /** The counts as `user/question right-wrong`. */
  async counts(): Promise<string[]> {
    const text = `user_id || '/' || question_id || ' ' || correct_count || '-' || incorrect_count as counts`;
    return (await this.rows<{ counts: string }>(`select ${text} from answer_refs order by user_id, question_id`)).map(
      ({ counts }) => counts,
    );
  }

  /** What the service has published: of one type, or the three types by their short names in the order in which they came. */
  told<Contract extends EventContract>(contract: Contract): EventEnvelope<EventData<Contract>>[] {
    return [...this.#told.values()].filter(({ type }) => type === contract.type) as EventEnvelope<EventData<Contract>>[];
  }

  /** The badges that checks have told, in the order in which they came. */
  checks(): number[][] {
    return this.told(achievementChecked).map(({ data }) => data.awarded.map(({ id }) => id));
  }

  earned(): string[] {
    return this.told(achievementEarned).map(({ data }) => `${data.userId} has ${data.achievementId}`);
  }

  failures(): string[] {
    return this.told(achievementCheckFailed).map(({ data }) => data.error);
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.database.close();
  }
}

/** Each event once, although a relay may publish one again. */
function remembering(driver: BusDriver, told: Map<string, EventEnvelope>): BusDriver {
  return {
    capabilities: driver.capabilities,
    subscribe: (options) => driver.subscribe(options),
    close: () => driver.close(),
    publish: async (batch, options) => {
      for (const event of batch) if (!told.has(event.id)) told.set(event.id, event);
      await driver.publish(batch, options);
    },
  };
}
