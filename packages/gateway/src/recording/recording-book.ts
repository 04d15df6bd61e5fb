/** The primary's side of recording writes: the newest ones per extraction, in memory alone, and only while its routes say `record`. */
import type { RecordedWrite, RecordingReport } from '../recorded-write.ts';
import type { RouteTable } from '../route-table.ts';
import type { WrittenBatch } from './write-recorder.ts';

export interface RecordingLimits {
  readonly recordedWrites: number;
  readonly recordedBytes: number;
}

interface Recording {
  readonly sinceMs: number;
  writes: RecordedWrite[];
  bytes: number;
  readonly droppedBy: Record<string, number>;
}

export class RecordingBook {
  readonly #limits: RecordingLimits;
  readonly #recordings = new Map<string, Recording>();

  constructor(limits: RecordingLimits) {
    this.#limits = limits;
  }

  /** Forgets at once what the table in force does not record any more. */
  use(table: RouteTable): void {
    const scopes = new Set(
      table.routes.flatMap(({ record, extraction }) => (record === true && extraction !== undefined ? [extraction] : [])),
    );
    for (const scope of this.#recordings.keys()) if (!scopes.has(scope)) this.#recordings.delete(scope);
    for (const scope of scopes) {
      if (!this.#recordings.has(scope)) this.#recordings.set(scope, { sinceMs: Date.now(), writes: [], bytes: 0, droppedBy: {} });
    }
  }

  take(batches: readonly WrittenBatch[]): void {
    for (const { scope, writes, droppedBy } of batches) {
      const recording = this.#recordings.get(scope);
      if (recording === undefined) continue; // a late message of a worker: recording has ended
      for (const write of writes) this.#keep(recording, write);
      for (const [reason, count] of Object.entries(droppedBy)) drop(recording, reason, count);
    }
  }

  /** @param afterMs only writes that began later than this */
  report(scope: string, afterMs: number): RecordingReport {
    const { sinceMs, writes, droppedBy } = this.#recordings.get(scope) ?? { sinceMs: Date.now(), writes: [], droppedBy: {} };
    const wanted = writes.filter(({ startedMs }) => startedMs > afterMs);
    return { nowMs: Date.now(), sinceMs, writes: wanted, droppedBy: { ...droppedBy } };
  }

  #keep(recording: Recording, write: RecordedWrite): void {
    // In order of arrival, which is told by the start of a request: workers hand over when it has ended, each in its own turn.
    const place = recording.writes.findLastIndex(({ startedMs }) => startedMs <= write.startedMs) + 1;
    recording.writes.splice(place, 0, write);
    recording.bytes += bytesOf(write);
    while (recording.writes.length > this.#limits.recordedWrites || recording.bytes > this.#limits.recordedBytes) {
      recording.bytes -= bytesOf(recording.writes.shift()!);
      drop(recording, 'older', 1);
    }
  }
}

function drop({ droppedBy }: Recording, reason: string, count: number): void {
  droppedBy[reason] = (droppedBy[reason] ?? 0) + count;
}

function bytesOf({ path, headers, body }: RecordedWrite): number {
  return headers.reduce((sum, text) => sum + text.length, path.length + (body?.length ?? 0));
}
