// The ledger: what was asked of a system and what it told us, one JSON object per line, readable by anyone.
import { closeSync, createReadStream, existsSync, fsyncSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** done: the system said it did it. refused: it did not do it. unknown: the answer never came, or does not tell. */
export type Outcome = 'done' | 'refused' | 'unknown';
export type Facts = Readonly<Record<string, unknown>>;

/** First line of each run that appends to the file. `at` is milliseconds since 1970 everywhere. */
export interface RunLine {
  readonly kind: 'run';
  readonly format: 1;
  readonly at: number;
  readonly run: string;
  readonly facts: Facts;
}

/** Written before the request leaves. A request with no told line (the driver died) is unknown. */
export interface AskedLine {
  readonly kind: 'asked';
  /** Unique within a run, rising. */
  readonly id: number;
  readonly run: string;
  readonly at: number;
  readonly actor: string;
  /** Requests that fail together are counted together: usually the part of the system that answers them. */
  readonly group: string;
  readonly what: string;
  readonly method: string;
  readonly path: string;
  /** Sent as X-Trace-ID: what follows from the request carries it as correlation id, also when its answer never came. */
  readonly trace: string;
  readonly facts?: Facts;
}

export interface ToldLine {
  readonly kind: 'told';
  readonly id: number;
  readonly run: string;
  readonly at: number;
  readonly ms: number;
  readonly outcome: Outcome;
  /** Whether the answer was one that this request should get. */
  readonly ok: boolean;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Why no answer came: `ECONNRESET`, `UND_ERR_HEADERS_TIMEOUT`, ... */
  readonly error?: string;
  readonly facts?: Facts;
}

export type LedgerLine = RunLine | AskedLine | ToldLine;

export interface Ledger {
  readonly path: string;
  readonly run: string;
  /** Written to the operating system before it returns: survives a kill of this process. */
  write(line: LedgerLine): void;
  /** Forces it to the disk as well and closes the file. Idempotent. */
  close(): void;
}

/** Opens for appending; a half line that a power cut left is closed off first. */
export function openLedger(path: string, options: { run: string; facts?: Facts }): Ledger {
  const torn = existsSync(path) && !endsWithNewline(path);
  let file: number | undefined = openSync(path, 'a', 0o644);
  if (torn) writeSync(file, '\n');
  const write = (line: LedgerLine) => {
    if (file !== undefined) writeSync(file, `${JSON.stringify(line)}\n`);
  };
  write({ kind: 'run', format: 1, at: Date.now(), run: options.run, facts: options.facts ?? {} });
  return {
    path,
    run: options.run,
    write,
    close: () => {
      if (file === undefined) return;
      fsyncSync(file);
      closeSync(file);
      file = undefined;
    },
  };
}

function endsWithNewline(path: string): boolean {
  const size = statSync(path).size;
  if (size === 0) return true;
  const file = openSync(path, 'r');
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  closeSync(file);
  return last[0] === 0x0a;
}

/** All lines in file order; half lines of a torn write are skipped. Holds them in memory: about 1 kB per request. */
export async function readLedger(path: string): Promise<LedgerLine[]> {
  const lines: LedgerLine[] = [];
  for await (const text of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    const line = parseLine(text);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

function parseLine(text: string): LedgerLine | undefined {
  try {
    return JSON.parse(text) as LedgerLine;
  } catch {
    return undefined;
  }
}
