// Reads one logical slot: messages in, acknowledgements out, with back-pressure on the socket and a watchdog.
import type { Client } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { lsnToText } from '../postgres/lsn.ts';
import { destroySession } from '../postgres/session.ts';
import { decodeMessage } from './decode.ts';
import type { PgoutputMessage } from './messages.ts';

export interface ReaderOptions {
  readonly slot: string;
  readonly publication: string;
  readonly from: bigint;
  /** Bytes read and not yet taken at which the socket is paused. Default 16 MiB. */
  readonly maxBufferedBytes?: number;
  /** Silence after which the connection counts as dead. Default 30 000 ms. */
  readonly silenceMs?: number;
}

/** What the reader hands over: a message, or the server's word that nothing of ours lies before `walEnd`. */
export type ReaderItem = { readonly bytes: number; readonly message: PgoutputMessage } | { readonly bytes: 0; readonly walEnd: bigint };

const postgresEpochMicros = 946_684_800_000_000n;

/** Owns the replication session given to it: close() ends it. */
export class SlotReader {
  readonly #client: Client;
  readonly #options: ReaderOptions;
  readonly #items: ReaderItem[] = [];
  #head = 0;
  #buffered = 0;
  #paused = false;
  #acknowledged: bigint;
  #walEnd: bigint;
  #lastHeard = Date.now();
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Client, options: ReaderOptions) {
    this.#client = client;
    this.#options = options;
    this.#acknowledged = options.from;
    this.#walEnd = options.from;
  }

  /** The furthest position the server has told of. */
  get walEnd(): bigint {
    return this.#walEnd;
  }

  start(): void {
    const connection = this.#connection();
    connection.on('copyData', (message: { chunk: Buffer }) => this.#receive(message.chunk));
    this.#client.on('error', (error: Error) => this.#fail(error));
    this.#client.on('end', () => this.#fail(new Error('Connection terminated by the server')));
    const { slot, publication, from } = this.#options;
    const command = `START_REPLICATION SLOT ${escapeIdentifier(slot)} LOGICAL ${lsnToText(from)}
      (proto_version '1', publication_names ${escapeLiteral(escapeIdentifier(publication))}, messages 'true')`;
    this.#client.query(command).then(
      () => this.#fail(new Error('Connection ended: the server stopped the stream')),
      (error: Error) => this.#fail(error),
    );
    this.#timer = setInterval(() => this.#tick(), 1_000);
  }

  /** The next item if one has arrived. */
  peek(): ReaderItem | undefined {
    return this.#items[this.#head];
  }

  take(): ReaderItem | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    this.#buffered -= item.bytes;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head > 50_000) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    if (this.#paused && this.#buffered < this.#limit() / 2) this.#resume();
    return item;
  }

  /** Resolves when an item is there, `wake` is called, or `timeoutMs` have passed; throws what ended the connection. */
  async ready(timeoutMs?: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.peek() !== undefined) return;
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.wake(), timeoutMs);
    await new Promise<void>((resolve) => (this.#wake = resolve));
    clearTimeout(timer);
    if (this.#failure !== undefined) throw this.#failure;
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Tells the server that everything before `position` is durable in the target. Never call it with more than that. */
  acknowledge(position: bigint): void {
    if (position <= this.#acknowledged) return;
    this.#acknowledged = position;
    this.#sendStatus(false);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#failure ??= new Error('Connection closed by the stream');
    this.wake();
    destroySession(this.#client);
  }

  #receive(chunk: Buffer): void {
    this.#lastHeard = Date.now();
    if (this.#failure !== undefined) return;
    try {
      this.#accept(chunk);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #accept(chunk: Buffer): void {
    if (chunk[0] === 0x77) {
      this.#push({ bytes: chunk.length, message: decodeMessage(chunk, 25) });
    } else if (chunk[0] === 0x6b) {
      const walEnd = chunk.readBigUInt64BE(1);
      if (walEnd > this.#walEnd) this.#walEnd = walEnd;
      this.#push({ bytes: 0, walEnd });
      if (chunk[17] === 1) this.#sendStatus(false);
    }
  }

  #push(item: ReaderItem): void {
    this.#items.push(item);
    this.#buffered += item.bytes;
    if (!this.#paused && this.#buffered > this.#limit()) this.#pause();
    this.wake();
  }

  #tick(): void {
    if (this.#failure !== undefined) return;
    const silent = Date.now() - this.#lastHeard;
    if (!this.#paused && silent > (this.#options.silenceMs ?? 30_000)) {
      this.#fail(new Error(`Connection lost: the source has been silent for ${silent} ms`));
      return;
    }
    this.#sendStatus(silent > 4_000);
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    clearInterval(this.#timer);
    this.wake();
  }

  #sendStatus(replyRequested: boolean): void {
    if (this.#failure !== undefined) return;
    const status = Buffer.alloc(34);
    status[0] = 0x72;
    status.writeBigUInt64BE(this.#acknowledged, 1);
    status.writeBigUInt64BE(this.#acknowledged, 9);
    status.writeBigUInt64BE(this.#acknowledged, 17);
    status.writeBigInt64BE(BigInt(Date.now()) * 1_000n - postgresEpochMicros, 25);
    status[33] = replyRequested ? 1 : 0;
    this.#connection().sendCopyFromChunk(status);
  }

  #limit(): number {
    return this.#options.maxBufferedBytes ?? 16 * 1024 * 1024;
  }

  #pause(): void {
    this.#paused = true;
    this.#connection().stream.pause();
  }

  #resume(): void {
    this.#paused = false;
    this.#lastHeard = Date.now();
    this.#connection().stream.resume();
  }

  #connection(): ReplicationConnection {
    return (this.#client as unknown as { connection: ReplicationConnection }).connection;
  }
}

/** The part of pg's connection that replication needs and its types do not show. */
interface ReplicationConnection {
  readonly stream: { pause(): void; resume(): void };
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
}
