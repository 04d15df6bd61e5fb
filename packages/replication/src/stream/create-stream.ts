// A stream of rows from one database to another: copy, follow, mark, hold, stop, drop; connections come and go underneath.
import { setTimeout as sleep } from 'node:timers/promises';
import { controlTable } from '../bookkeeping/schema.ts';
import { ReplicationError, type ReplicationErrorCode } from '../errors.ts';
import { isTransient, messageOf } from '../postgres/failure.ts';
import { checkStreamName } from '../postgres/identifiers.ts';
import { lsnToText } from '../postgres/lsn.ts';
import { connectStream, type Connection } from './connect.ts';
import { copyTables, type CopyRun } from './copy.ts';
import { type CommittedBatch, Follower } from './follow.ts';
import { Heartbeat } from './heartbeat.ts';
import { HoldRequest } from './hold-request.ts';
import { Marks } from './marks.ts';
import type {
  CopyReport,
  MarkOptions,
  ReplicationStream,
  StreamHold,
  StreamOptions,
  StreamState,
  StreamStatus,
  TouchedKeys,
} from './options.ts';
import { dropStream, prepareStream } from './prepare.ts';
import { TouchedKeySet } from './touched-keys.ts';

/** How long hold() waits for the batch under way, or for a lost connection to come back. */
const holdTimeoutMs = 30_000;

/** Checks the options (REPLICATION_OPTION_INVALID); touches no database. */
export function createStream(options: StreamOptions): ReplicationStream {
  checkStreamName(options.name);
  if (options.tables.length === 0) throw new ReplicationError('REPLICATION_OPTION_INVALID', `Stream ${options.name} names no tables.`);
  return new Stream(options);
}

class Stream implements ReplicationStream {
  readonly options: StreamOptions;
  readonly #marks: Marks;
  readonly #heartbeat: Heartbeat;
  readonly #touched: TouchedKeySet;
  #state: StreamState = 'idle';
  #lastError: unknown;
  #position: bigint | undefined;
  #transactions = 0;
  #rows = 0;
  #reconnects = 0;
  #missingRows = 0;
  #connection: Connection | undefined;
  #hold: HoldRequest | undefined;
  #running: Promise<void> | undefined;
  #stop = new AbortController();

  constructor(options: StreamOptions) {
    this.options = options;
    this.#marks = new Marks(options.source, options.name);
    this.#touched = new TouchedKeySet(options.limits?.touchedKeys ?? 100_000);
    this.#heartbeat = new Heartbeat(this.#marks, options);
  }

  get name(): string {
    return this.options.name;
  }

  async prepare(options: { readonly awaitOpening?: boolean } = {}): Promise<void> {
    const awaitOpening = options.awaitOpening === true;
    if (awaitOpening) await this.stop();
    await prepareStream(this.options, awaitOpening);
  }

  async copy(run: CopyRun = {}): Promise<CopyReport> {
    await this.stop();
    this.#state = 'copying';
    try {
      return await copyTables(this.options, run);
    } finally {
      this.#state = 'idle';
      this.#touched.take();
    }
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    this.#stop = new AbortController();
    this.#marks.open();
    this.#lastError = undefined;
    this.#transactions = this.#rows = this.#reconnects = this.#missingRows = 0;
    const begun = Promise.withResolvers<void>();
    this.#state = 'reconnecting';
    this.#running = this.#run(begun.resolve).finally(() => {
      this.#running = undefined;
      this.#heartbeat.stop();
    });
    this.#running.then(begun.resolve, begun.resolve);
    await begun.promise;
    if ((this.#state as StreamState) === 'failed') throw this.#failure();
  }

  async mark(options: MarkOptions = {}): Promise<{ lsn: string; ms: number }> {
    this.#requireRunning();
    const started = performance.now();
    const lsn = await this.#marks.reach(options);
    return { lsn, ms: performance.now() - started };
  }

  async expectMark(id: string, options: MarkOptions): Promise<string> {
    this.#requireRunning();
    return this.#marks.expect(id, options);
  }

  status(): StreamStatus {
    const walEnd = this.#heartbeat.walEnd(this.#connection?.reader.walEnd);
    const position = this.#position;
    return {
      state: this.#state,
      positionLsn: position === undefined ? undefined : lsnToText(position),
      lagBytes: position === undefined || walEnd === undefined ? undefined : Math.max(0, Number(walEnd - position)),
      lagMs: this.#heartbeat.lagMs(),
      transactions: this.#transactions,
      rows: this.#rows,
      retainedWalBytes: this.#heartbeat.retainedWalBytes,
      reconnects: this.#reconnects,
      missingRows: this.#missingRows + (this.#connection?.sink.counters.missingRows ?? 0),
      ...(this.#lastError === undefined ? {} : { lastError: describe(this.#lastError) }),
    };
  }

  takeTouchedKeys(): TouchedKeys {
    return this.#touched.take();
  }

  giveBackTouchedKeys(touched: TouchedKeys): void {
    this.#touched.giveBack(touched);
  }

  async hold(): Promise<StreamHold> {
    this.#requireRunning();
    if (this.#hold !== undefined && !this.#hold.ended) {
      throw new ReplicationError('REPLICATION_STREAM_BUSY', `Stream ${this.name} is already held by another verify or repair.`);
    }
    const request = new HoldRequest(() => this.#connection?.reader.wake());
    this.#hold = request;
    this.#connection?.reader.wake();
    const timer = setTimeout(() => request.interrupt('the applier did not come to stand within 30 s'), holdTimeoutMs);
    try {
      return await request.standing();
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#stop.abort();
    this.#hold?.interrupt('stopped');
    this.#connection?.reader.wake();
    const timer = setTimeout(() => this.#connection?.close(), 5_000);
    await running;
    clearTimeout(timer);
    this.#marks.close(new ReplicationError('REPLICATION_NOT_FOLLOWING', `Stream ${this.name} was stopped.`));
    this.#state = 'idle';
  }

  async drop(): Promise<void> {
    await this.stop();
    await dropStream(this.options);
    this.#position = undefined;
  }

  /** Connects and follows until stop() or a failure that trying again cannot cure. */
  async #run(begun: () => void): Promise<void> {
    for (let pauseMs = 50; !this.#stop.signal.aborted; pauseMs = Math.min(pauseMs * 2, this.options.limits?.reconnectMaxMs ?? 5_000)) {
      try {
        await this.#followOnce(() => {
          pauseMs = 50;
          begun();
        });
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#lastError = error;
        if (!isTransient(error)) {
          this.#state = 'failed';
          this.#marks.close(this.#failure());
          return;
        }
        this.#state = 'reconnecting';
        this.#reconnects += 1;
        begun();
      }
      await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => {}); // stop() ends the pause; the loop sees it
    }
  }

  async #followOnce(connected: () => void): Promise<void> {
    const connection = await connectStream(this.options);
    this.#connection = connection;
    this.#position = connection.position;
    const follower = new Follower(
      {
        options: this.options,
        reader: connection.reader,
        sink: connection.sink,
        pairs: connection.pairs,
        controlTable: controlTable(this.name),
        isLoop: connection.isLoop,
        hold: () => this.#hold,
        stopping: () => this.#stop.signal.aborted,
        onCommitted: (batch) => this.#count(batch),
        onMark: (id, lsn) => this.#marks.applied(id, lsn),
      },
      connection.position,
      connection.awaitingOpening,
    );
    try {
      this.#state = 'following';
      this.#heartbeat.start();
      connected();
      await follower.run();
    } catch (error) {
      this.#hold?.interrupt(error);
      throw error;
    } finally {
      this.#missingRows += connection.sink.counters.missingRows;
      this.#connection = undefined;
      connection.close();
    }
  }

  #count(batch: CommittedBatch): void {
    this.#position = batch.position;
    this.#transactions += batch.transactions;
    for (const change of batch.changes) {
      if (change.kind !== 'truncate' && change.pair.source.name === controlTable(this.name)) continue;
      this.#rows += 1;
      this.#touched.add(change);
    }
  }

  #requireRunning(): void {
    if (this.#running !== undefined && this.#state !== 'failed') return;
    if (this.#state === 'failed') throw this.#failure();
    throw new ReplicationError('REPLICATION_NOT_FOLLOWING', `Stream ${this.name} is ${this.#state}.`);
  }

  #failure(): ReplicationError {
    const error = this.#lastError;
    if (error instanceof ReplicationError) return error;
    return new ReplicationError('REPLICATION_APPLY_FAILED', `Stream ${this.name} failed: ${messageOf(error)}.`, { cause: error });
  }
}

function describe(error: unknown): { code: string; message: string; fix: string } {
  if (error instanceof ReplicationError) return { code: error.code satisfies ReplicationErrorCode, message: error.message, fix: error.fix };
  const code = (error as { code?: unknown }).code;
  return {
    code: typeof code === 'string' ? code : 'unknown',
    message: messageOf(error),
    fix: 'The stream tries again by itself; look at the PostgreSQL it names.',
  };
}
