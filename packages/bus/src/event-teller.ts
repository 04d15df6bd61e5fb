/** Tells events as the programs would that publish them, with their sources and numbers: for a test of one that hears them. */
import { randomUUID } from 'node:crypto';
import {
  type CatalogueEntry,
  type EventContract,
  type EventData,
  type EventEnvelope,
  partitionKeyOf,
  publishersOf,
  toEnvelope,
} from '@banyan/contract';
import type { BusDriver } from './driver.ts';

export interface EventTellerOptions {
  /** Everything is published on each of them, so that every event comes that many times. */
  readonly drivers: readonly Pick<BusDriver, 'publish'>[];
  readonly catalogue: readonly CatalogueEntry[];
  /** Before the publisher's name: `/node-learn/`. */
  readonly sourcePrefix: string;
}

export class EventTeller {
  readonly #options: EventTellerOptions;
  readonly #sequences = new Map<string, bigint>();

  constructor(options: EventTellerOptions) {
    this.#options = options;
  }

  /** Under a correlation id of its own, by the first of its publishers. Throws for a type that nobody publishes. */
  async publish<Contract extends EventContract>(
    contract: Contract,
    data: EventData<Contract>,
  ): Promise<EventEnvelope<EventData<Contract>>> {
    const source = this.#sourceOf(contract);
    const sequence = BigInt(this.sequenceOf(source, partitionKeyOf(contract, data))) + 1n;
    this.#sequences.set(`${source} ${partitionKeyOf(contract, data)}`, sequence);
    const envelope = toEnvelope(contract, data, { id: randomUUID(), source, time: new Date(), correlationId: randomUUID(), sequence });
    await this.again(envelope);
    return envelope;
  }

  /** Publishes an event that was published before. */
  async again(envelope: EventEnvelope): Promise<void> {
    for (const driver of this.#options.drivers) await driver.publish([envelope]);
  }

  /** The number of the last event of a key; "0" before the first. */
  sequenceOf(source: string, key: string): string {
    return String(this.#sequences.get(`${source} ${key}`) ?? 0n);
  }

  #sourceOf({ type }: EventContract): string {
    const entry = this.#options.catalogue.find(({ contract }) => contract.type === type);
    const [publisher] = entry === undefined ? [] : publishersOf(entry);
    if (publisher === undefined) throw new TypeError(`Nobody publishes "${type}".`);
    return `${this.#options.sourcePrefix}${publisher}`;
  }
}
