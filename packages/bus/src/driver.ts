/**
 * The seam to one broker: publish batches, pull batches, settle. Everything else (order of effects, retries, dead letters, dedupe) is above it.
 *
 * A driver promises: a published batch is durable when publish() resolves; events of one partition key reach every group in the order in which
 * they were published; what was not settled comes again, to this subscription or another of its group; one key is never with two subscriptions of a
 * group at once, except for the moment in which one has lost its connection and does not know it yet.
 * It does not promise: order between keys, that nothing comes twice, or that a position means anything beyond its own broker.
 */
import type { EventEnvelope } from '@banyan/contract';

export interface BusDriver {
  readonly capabilities: BusCapabilities;
  /**
   * Resolves when every event of the batch is durable. Rejects when that is not known: the same batch may then be published again,
   * in the same order, and events that were stored the first time are either dropped or delivered twice.
   */
  publish(batch: readonly EventEnvelope[], options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Joins a group. Resolves when an event published from now on cannot be missed. Options are checked above the seam. */
  subscribe(subscription: SubscriptionOptions): Promise<DriverSubscription>;
  /** Closes every subscription and connection; what was not settled comes again to others. Idempotent. */
  close(): Promise<void>;
}

/** How brokers differ, as data; the conformance suite reads it. */
export interface BusCapabilities {
  /** The broker itself drops an event that is published a second time. */
  readonly dropsRepeatedPublish: boolean;
  /** A group that begins later can read what was published before. */
  readonly readsFromBeginning: boolean;
  /** What was published outlives the end of the process that published it. */
  readonly survivesRestart: boolean;
}

export interface SubscriptionOptions {
  /** The consumer group: its subscriptions share the work. Lower-case letters, digits, `-`. */
  readonly group: string;
  /** Event types; the same for every subscription of a group at one time. */
  readonly types: readonly string[];
  /** Where a group that has never been seen begins. A known group goes on where it was. Default `now`. */
  readonly from?: 'now' | 'beginning';
}

export interface DriverSubscription {
  /**
   * The next events in order, at most `max`, as soon as there is one; undefined when there was none for `waitMs`, the signal was aborted, or the
   * subscription is closed, before or meanwhile. Rejects with BUS_BATCH_UNSETTLED while the batch before is neither settled nor released, and when the
   * connection is lost: the batch before, if any, then comes again, and the next pull connects again.
   */
  pull(options: { readonly max: number; readonly waitMs: number; readonly signal?: AbortSignal }): Promise<Batch | undefined>;
  /** Leaves the group; a batch that was not settled comes again to others. Idempotent. */
  close(): Promise<void>;
}

export interface Batch {
  readonly deliveries: readonly Delivery[];
  /**
   * Everything of the batch has had its effect or is kept elsewhere. Rejects when that could not be noted, or the batch is no longer this subscription's:
   * it may come again. Either way the subscription may pull.
   */
  settle(): Promise<void>;
  /** Nothing more will be done with the batch: it comes again, here or to another of the group, after a pause of at most a second. */
  release(): Promise<void>;
}

export interface Delivery {
  /** The JSON value that came; the text itself when it was not JSON. Not checked: it may be anything. */
  readonly content: unknown;
  /** As the publisher gave it; empty when the broker cannot tell. */
  readonly partitionKey: string;
  /** Where it lies in the broker, for reports only. */
  readonly position: string;
}
