// One connected life of a stream: reads the slot, applies transactions in commit order, and acknowledges what is durable.
import type { RowChange } from '../apply/change.ts';
import { keyOf, mapRelation, mapTuple, mapUpdate, type RelationMapping } from '../apply/change.ts';
import type { Sink } from '../apply/sink.ts';
import type { TablePair } from '../catalogue/table-shape.ts';
import { crashPoint } from '../crash-points.ts';
import { ReplicationError } from '../errors.ts';
import type { PgoutputMessage } from '../pgoutput/messages.ts';
import type { SlotReader } from '../pgoutput/reader.ts';
import { lsnToText } from '../postgres/lsn.ts';
import { toAppliedChange } from './applied-change.ts';
import type { HoldRequest } from './hold-request.ts';
import { markPrefix, openedPrefix } from './marks.ts';
import type { AppliedChange, StreamOptions } from './options.ts';

export interface FollowContext {
  readonly options: StreamOptions;
  readonly reader: SlotReader;
  readonly sink: Sink;
  /** By source name; the control table included. */
  readonly pairs: ReadonlyMap<string, TablePair>;
  readonly controlTable: string;
  /** True when transactions of this origin came from our own target. */
  readonly isLoop: (origin: string) => Promise<boolean>;
  readonly hold: () => HoldRequest | undefined;
  readonly stopping: () => boolean;
  readonly onCommitted: (batch: CommittedBatch) => void;
  readonly onMark: (id: string, lsn: string) => void;
}

export interface CommittedBatch {
  readonly position: bigint;
  readonly transactions: number;
  readonly changes: readonly RowChange[];
}

/** How long a position that moved without rows may stay unstored, with and without a mark. The slot is never told more than is stored. */
const storeIdlePositionMs = 1_000;
const storeMarkedPositionMs = 100;

/** The applier. `run` ends when the stream is stopping and throws when a connection is lost or a change cannot be applied. */
export class Follower {
  readonly #context: FollowContext;
  readonly #batchRows: number;
  readonly #batchBytes: number;
  readonly #mappings = new Map<number, RelationMapping | undefined>();
  #pending: RowChange[] = [];
  #pendingBytes = 0;
  #applied: AppliedChange[] = [];
  #committed: RowChange[] = [];
  #marks: string[] = [];
  #transactions = 0;
  #flushed = false;
  #marked = false;
  #awaitingOpening: boolean;
  #opened = false;
  #inTransaction = false;
  #skipping = false;
  #commitLsn = 0n;
  #ordinal = 0;
  #position: bigint;
  #stored: bigint;
  #storedAt = performance.now();

  constructor(context: FollowContext, position: bigint, awaitingOpening: boolean) {
    this.#context = context;
    this.#position = position;
    this.#stored = position;
    this.#awaitingOpening = awaitingOpening;
    this.#batchRows = context.options.limits?.batchRows ?? 5_000;
    this.#batchBytes = context.options.limits?.batchBytes ?? 8 * 1024 * 1024;
  }

  async run(): Promise<void> {
    const { reader } = this.#context;
    for (;;) {
      const hold = this.#context.hold();
      if (!this.#inTransaction && hold !== undefined && !hold.ended && this.#mustStand(hold)) {
        await this.#settle();
        await hold.stand(this.#position);
        continue;
      }
      const item = reader.take();
      if (item === undefined) {
        if (!this.#inTransaction) await this.#settle();
        if (this.#context.stopping() && !this.#inTransaction) return;
        if (reader.peek() === undefined) await reader.ready(this.#position > this.#stored ? this.#patienceMs() : undefined);
      } else if ('walEnd' in item) {
        if (!this.#inTransaction && item.walEnd > this.#position) this.#position = item.walEnd;
      } else {
        await this.#handle(item.message, item.bytes);
        if (this.#context.stopping() && !this.#inTransaction) {
          await this.#settle();
          return;
        }
      }
    }
  }

  #mustStand(hold: HoldRequest): boolean {
    if (hold.until === undefined || this.#position >= hold.until) return true;
    const next = this.#context.reader.peek();
    return next !== undefined && 'message' in next && next.message.kind === 'begin' && next.message.commitLsn >= hold.until;
  }

  async #handle(message: PgoutputMessage, bytes: number): Promise<void> {
    switch (message.kind) {
      case 'begin':
        this.#inTransaction = true;
        this.#skipping = message.commitLsn < this.#stored;
        this.#commitLsn = message.commitLsn;
        this.#ordinal = 0;
        break;
      case 'origin':
        if (await this.#context.isLoop(message.name)) this.#skipping = true;
        break;
      case 'relation': {
        const pair = this.#context.pairs.get(message.relation.name);
        this.#mappings.set(message.relation.id, pair === undefined ? undefined : mapRelation(message.relation, pair));
        break;
      }
      case 'message':
        if (message.prefix === markPrefix && message.transactional) this.#marks.push(message.content);
        if (message.prefix === openedPrefix && message.content === this.#context.options.name) this.#opened = true;
        break;
      case 'commit':
        await this.#endTransaction(message.endLsn);
        break;
      case 'type':
        break;
      default:
        if (!this.#skipping) await this.#addChange(message, bytes);
    }
  }

  async #endTransaction(endLsn: bigint): Promise<void> {
    this.#inTransaction = false;
    if (!this.#skipping) this.#transactions += 1;
    if (endLsn > this.#position) this.#position = endLsn;
    if (this.#opened) this.#awaitingOpening = false;
    if (this.#opened || this.#marks.length > 0 || this.#pending.length >= this.#batchRows || this.#flushed) await this.#settle();
  }

  async #addChange(message: Extract<PgoutputMessage, { kind: 'insert' | 'update' | 'delete' | 'truncate' }>, bytes: number): Promise<void> {
    const change = this.#toChange(message);
    if (change === undefined) return;
    if (this.#awaitingOpening) this.#refuseRogue(change);
    this.#pending.push(change);
    this.#pendingBytes += bytes;
    if (this.#context.options.onApplied !== undefined) {
      const applied = toAppliedChange(change, lsnToText(this.#commitLsn), this.#ordinal, this.#context.controlTable);
      this.#applied.push(...applied);
    }
    this.#ordinal += 1;
    // A source transaction larger than a batch is applied in pieces within one target transaction.
    if (this.#pending.length >= this.#batchRows * 2 || this.#pendingBytes >= this.#batchBytes) await this.#flush();
  }

  #refuseRogue(change: RowChange): void {
    const tables = (change.kind === 'truncate' ? change.pairs : [change.pair]).map((pair) => pair.source.name);
    if (tables.every((table) => table === this.#context.controlTable)) return;
    const message = `Somebody wrote ${tables.join(', ')} at ${lsnToText(this.#commitLsn)} although that side did not own it (${change.kind}).`;
    throw new ReplicationError('REPLICATION_ROGUE_WRITE', message);
  }

  #toChange(message: Extract<PgoutputMessage, { kind: 'insert' | 'update' | 'delete' | 'truncate' }>): RowChange | undefined {
    if (message.kind === 'truncate') {
      const pairs = message.relationIds.map((id) => this.#mappings.get(id)?.pair).filter((pair) => pair !== undefined);
      return { kind: 'truncate', pairs };
    }
    const mapping = this.#mappings.get(message.relationId);
    if (mapping === undefined) {
      throw new ReplicationError(
        'REPLICATION_PROTOCOL',
        `A change came for relation ${message.relationId}, which stream ${this.#context.options.name} does not carry.`,
      );
    }
    if (message.kind === 'update') return mapUpdate(mapping, message.old, message.row);
    if (message.kind === 'delete')
      return { kind: 'delete', pair: mapping.pair, key: keyOf(mapping, mapTuple(mapping, message.old), undefined) };
    const row = mapTuple(mapping, message.row);
    return { kind: 'insert', pair: mapping.pair, key: keyOf(mapping, row, undefined), row };
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const { options, sink } = this.#context;
    await sink.flush(this.#pending);
    if (options.onApplied !== undefined && this.#applied.length > 0) await options.onApplied(sink.session, this.#applied);
    for (const change of this.#pending) this.#committed.push(change);
    this.#applied = [];
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#flushed = true;
    crashPoint('follow.batch-applied');
  }

  /** Brings the target to the end of the last complete transaction, then tells the source. Never the other way round. */
  async #settle(): Promise<void> {
    const { reader } = this.#context;
    await this.#flush();
    const rows = this.#flushed || this.#opened;
    if (this.#marks.length > 0) this.#marked = true;
    const due = this.#position > this.#stored && performance.now() - this.#storedAt >= this.#patienceMs();
    if (rows) await this.#store();
    this.#announce();
    if (!rows && due) await this.#store();
    if (this.#stored === this.#position) {
      reader.acknowledge(this.#stored);
      if (rows) crashPoint('follow.acknowledged');
    }
  }

  async #store(): Promise<void> {
    await this.#context.sink.commit(this.#position, this.#opened);
    this.#stored = this.#position;
    this.#storedAt = performance.now();
    this.#flushed = false;
    this.#marked = false;
    this.#opened = false;
    crashPoint('follow.batch-committed');
  }

  #patienceMs(): number {
    return this.#marked ? storeMarkedPositionMs : storeIdlePositionMs;
  }

  #announce(): void {
    this.#context.onCommitted({ position: this.#position, transactions: this.#transactions, changes: this.#committed });
    this.#transactions = 0;
    this.#committed = [];
    const marks = this.#marks;
    this.#marks = [];
    for (const id of marks) this.#context.onMark(id, lsnToText(this.#position));
  }
}
