// Marks: messages written into the source's log, awaited at the other end. Callers share one when they may.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { ReplicationError } from '../errors.ts';
import { isTransient, messageOf } from '../postgres/failure.ts';
import { closeSession, openSession } from '../postgres/session.ts';
import type { MarkOptions } from './options.ts';

export const markPrefix = 'banyan.mark';
/** Written by the opening of a side; the content is the stream that reads from it. */
export const openedPrefix = 'banyan.opened';

interface Mark {
  readonly id: string;
  waiters: number;
  readonly applied: PromiseWithResolvers<string>;
}

/**
 * A caller needs a mark written after its call. One emission is under way at a time; everybody who calls meanwhile shares the next
 * one, so the number of marks is bounded by the round trip, not by the callers.
 */
export class Marks {
  readonly #url: string;
  readonly #name: string;
  readonly #byId = new Map<string, Mark>();
  #queued: Mark | undefined;
  #emitting = false;
  #session: Client | undefined;
  #closed: ReplicationError | undefined;
  lastError: unknown;

  constructor(url: string, name: string) {
    this.#url = url;
    this.#name = name;
  }

  /** Resolves with the position at which the mark was applied. */
  async reach(options: MarkOptions): Promise<string> {
    if (this.#closed !== undefined) throw this.#closed;
    this.#queued ??= createMark();
    const mark = this.#queued;
    mark.waiters += 1;
    void this.#emitQueued();
    try {
      return await this.#wait(mark.applied.promise, options);
    } finally {
      mark.waiters -= 1;
      if (mark.waiters === 0) this.#byId.delete(mark.id);
    }
  }

  /** Waits for a mark that somebody else writes, e.g. inside the transaction of the fence. Begin waiting before it is written. */
  async expect(id: string, options: MarkOptions): Promise<string> {
    const mark: Mark = { id, waiters: 1, applied: Promise.withResolvers<string>() };
    mark.applied.promise.catch(() => {}); // the waiter may have given up before the stream fails
    this.#byId.set(id, mark);
    try {
      return await this.#wait(mark.applied.promise, options);
    } finally {
      this.#byId.delete(id);
    }
  }

  /** Called by the applier once the transaction that held the mark is committed on the target. */
  applied(id: string, lsn: string): void {
    this.#byId.get(id)?.applied.resolve(lsn);
    this.#byId.delete(id);
  }

  /** A session on the source that is kept open, for small questions. */
  async session(): Promise<Client> {
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#session === undefined) {
      const session = await openSession(this.#url, { name: `${this.#name} marks` });
      session.on('error', () => this.#forget(session));
      session.on('end', () => this.#forget(session));
      this.#session = session;
    }
    return this.#session;
  }

  open(): void {
    this.#closed = undefined;
  }

  /** Every caller that still waits is told why. */
  close(reason: ReplicationError): void {
    this.#closed = reason;
    for (const mark of [...this.#byId.values(), ...(this.#queued === undefined ? [] : [this.#queued])]) mark.applied.reject(reason);
    this.#byId.clear();
    this.#queued = undefined;
    closeSession(this.#session);
    this.#session = undefined;
  }

  #forget(session: Client): void {
    if (this.#session === session) this.#session = undefined;
  }

  async #emitQueued(): Promise<void> {
    if (this.#emitting) return;
    this.#emitting = true;
    for (let mark = this.#queued; mark !== undefined; mark = this.#queued) {
      this.#queued = undefined;
      this.#byId.set(mark.id, mark);
      await this.#emit(mark);
    }
    this.#emitting = false;
  }

  /** Writing the same mark twice is harmless, so a lost connection is simply followed by another attempt. */
  async #emit(mark: Mark): Promise<void> {
    for (let pauseMs = 20; mark.waiters > 0 && this.#closed === undefined; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      try {
        const session = await this.session();
        await session.query('select pg_catalog.pg_logical_emit_message(true, $1, $2)', [markPrefix, mark.id]);
        return;
      } catch (error) {
        this.lastError = error;
        if (!isTransient(error)) {
          mark.applied.reject(error);
          return;
        }
        this.#forgetBroken();
        await sleep(pauseMs);
      }
    }
  }

  #forgetBroken(): void {
    closeSession(this.#session);
    this.#session = undefined;
  }

  async #wait(applied: Promise<string>, options: MarkOptions): Promise<string> {
    const timeoutMs = options.timeoutMs ?? 10_000;
    const given = Promise.withResolvers<never>();
    const timer = setTimeout(() => given.reject(this.#late(timeoutMs)), timeoutMs);
    const abort = () => given.reject(new ReplicationError('REPLICATION_ABORTED', `Waiting for stream ${this.#name} was cancelled.`));
    if (options.signal?.aborted === true) abort();
    options.signal?.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([applied, given.promise]);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  #late(timeoutMs: number): ReplicationError {
    const cause = this.lastError === undefined ? '' : ` Last error on the source: ${messageOf(this.lastError)}.`;
    return new ReplicationError('REPLICATION_MARK_TIMEOUT', `Stream ${this.#name} did not reach the mark within ${timeoutMs} ms.${cause}`);
  }
}

function createMark(): Mark {
  const applied = Promise.withResolvers<string>();
  applied.promise.catch(() => {}); // every waiter may have given up before the stream fails
  return { id: randomUUID(), waiters: 0, applied };
}
