/** The rows of one extraction, moved by packages/replication: a stream there, a stream back, and the cutover between them. */

import { createHash } from 'node:crypto';
import {
  closeReturned,
  createStream,
  cutover,
  differingKeys,
  examineLoss,
  inspectTables,
  proveWayBack,
  reclaim,
  recoverCutover,
  recoverReclaim,
  repair,
  verify,
  verifyTouched,
} from '@banyan/replication';
import type {
  CutoverJournal,
  CutoverOptions,
  CutoverReport,
  ReclaimOptions,
  ReplicationStream,
  StreamOptions,
  VerifyReport,
} from '@banyan/replication';
import { isConnectionLoss } from './control/connection-loss.ts';
import { causeText } from './errors.ts';
import { followsAfter } from './extraction-data.ts';
import type { CutoverOutcome, CutoverSteps, DataProgress, DataStatus, ExtractionData, LossFact, OwnershipMove } from './extraction-data.ts';
import type { InspectionFact, VerificationFact, WayBackFact } from './gate-facts.ts';
import type { PlannedExtraction } from './plan.ts';
import type { Follows } from './state.ts';

export interface ReplicatedDataOptions {
  /** Name of the system: slots and origins are shared by all databases of a server, so it is part of their names. */
  readonly system: string;
  readonly extraction: PlannedExtraction;
  /** Database URLs. */
  readonly monolith: string;
  readonly service: string;
  readonly journal: CutoverJournal;
  /** Called with what the monolith changed, in the transaction that applies it to the service's database. */
  readonly onApplied?: NonNullable<StreamOptions['onApplied']>;
  /** How long a proof of the way back counts. Default 60,000. */
  readonly wayBackAgeMs?: number;
}

export function createReplicatedData(options: ReplicatedDataOptions): ExtractionData {
  return new ReplicatedData(options);
}

class ReplicatedData implements ExtractionData {
  readonly #options: ReplicatedDataOptions;
  readonly #forward: ReplicationStream;
  readonly #reverse: ReplicationStream;
  #follows: Follows = 'none';
  /** Verifies, repairs and cutovers follow one another. */
  #turn: Promise<unknown> = Promise.resolve();
  #verifying = new AbortController();
  #wayBack: { readonly atMs: number; readonly message: string } | undefined;
  /** Why following could not even be begun. */
  #notBegun: string | undefined;

  constructor(options: ReplicatedDataOptions) {
    this.#options = options;
    const { tables, name } = options.extraction;
    const streamName = streamNameOf(options.system, name);
    const there = tables.map(({ source, target }) => ({ source, target }));
    const back = tables.map(({ source, target }) => ({ source: target, target: source }));
    const { monolith, service, onApplied } = options;
    this.#forward = createStream({
      name: `${streamName}_forward`,
      source: monolith,
      target: service,
      tables: there,
      direction: 'forward',
      ...(onApplied === undefined ? {} : { onApplied }),
    });
    this.#reverse = createStream({ name: `${streamName}_reverse`, source: service, target: monolith, tables: back, direction: 'reverse' });
  }

  async inspect(): Promise<readonly InspectionFact[]> {
    const { extraction, monolith, service } = this.#options;
    return inspectTables({ source: monolith, target: service, tables: extraction.tables });
  }

  async replicate(onProgress: (progress: DataProgress) => void): Promise<{ readonly rows: number; readonly ms: number }> {
    return this.#alone(async () => {
      await this.#reverse.drop();
      const report = await this.#forward.copy({
        onProgress: ({ table, bytes, tablesDone, tablesTotal }) =>
          onProgress({
            message: `${table}: ${Math.round(bytes / 1024)} KiB (table ${Math.min(tablesDone + 1, tablesTotal)} of ${tablesTotal}).`,
            numbers: { bytes },
          }),
      });
      await this.#forward.start();
      this.#follows = 'forward';
      return { rows: report.tables.reduce((sum, it) => sum + it.rows, 0), ms: report.ms };
    });
  }

  async follow(follows: Follows): Promise<void> {
    this.#follows = follows;
    this.#notBegun = undefined;
    if (follows === 'none') return;
    try {
      // A stream the other way is left over from a proof of the way back or a cancelled cutover: its slot would keep WAL for nobody.
      await (follows === 'forward' ? this.#reverse : this.#forward).drop();
      await this.#live()?.start();
    } catch (error) {
      this.#notBegun = causeText(error);
      throw error;
    }
  }

  async examineLoss(): Promise<LossFact> {
    return examineLoss(this.#lostSides());
  }

  async closeReturned(): Promise<boolean> {
    return this.#queued(async () => {
      if (this.#follows === 'forward') return true;
      return closeReturned({ ...this.#lostSides(), tables: this.#follows === 'none' ? 'all' : 'fresh' });
    });
  }

  async cutover(direction: OwnershipMove, steps: CutoverSteps): Promise<CutoverOutcome> {
    return this.#alone(async () => {
      const report: CutoverReport & Pick<CutoverOutcome, 'sequences'> =
        direction === 'reclaim' ? await reclaim(this.#reclaimOptions(steps)) : await cutover(this.#cutoverOptions(direction, steps));
      if (direction === 'reclaim' && report.cancelled !== undefined) await this.#followAgain();
      const { epoch, heldMs, lockWaitMs, drainMs, markerMs, flipMs, budgetMs, cancelled } = report;
      return {
        direction,
        epoch,
        heldMs,
        lockWaitMs,
        drainMs,
        markerMs,
        flipMs,
        budgetMs,
        verifiedKeys: report.verifiedKeys,
        ...(report.sequences === undefined ? {} : { sequences: report.sequences }),
        ...(cancelled === undefined ? {} : { cancelled: { reason: cancelled.reason, fix: cancelled.fix } }),
      };
    });
  }

  async recoverCutover(direction: OwnershipMove, steps: CutoverSteps): Promise<'none' | 'cancelled' | 'completed'> {
    return this.#alone(async () => {
      if (direction !== 'reclaim') return recoverCutover(this.#cutoverOptions(direction, steps));
      const end = await recoverReclaim(this.#reclaimOptions(steps));
      if (end !== 'completed') await this.#followAgain();
      return end;
    });
  }

  async verify(scope: 'all' | 'touched', signal?: AbortSignal): Promise<VerificationFact> {
    return this.#queued(async () => {
      const stream = this.#requireLive();
      const aborted = AbortSignal.any([this.#verifying.signal, ...(signal === undefined ? [] : [signal])]);
      return toFact(await (scope === 'all' ? verify : verifyTouched)({ stream, signal: aborted }));
    });
  }

  async repair(): Promise<VerificationFact> {
    return this.#queued(async () => {
      const stream = this.#requireLive();
      const found = await verify({ stream });
      if (found.ok) return toFact(found);
      await repair({ stream, keys: differingKeys(found) });
      return toFact(await verify({ stream }));
    });
  }

  async mark(timeoutMs: number): Promise<{ readonly ms: number }> {
    return this.#requireLive().mark({ timeoutMs });
  }

  async proveWayBack(): Promise<WayBackFact> {
    const known = this.#wayBack;
    if (known !== undefined && performance.now() - known.atMs < (this.#options.wayBackAgeMs ?? 60_000))
      return { proven: true, message: known.message };
    return this.#queued(async () => {
      try {
        await this.#reverse.prepare();
        await this.#reverse.start();
        const proof = await proveWayBack(this.#reverse);
        const tried = proof.tables.filter((it) => it.rowTried).map((it) => it.table);
        const message = `A control row came back in ${Math.round(proof.roundTripMs)} ms; a write was tried and undone in ${tried.join(', ') || 'no table (all are empty)'}.`;
        this.#wayBack = { atMs: performance.now(), message };
        return { proven: true, message };
      } catch (error) {
        return { proven: false, message: causeText(error), mayPass: mayPass(error) };
      }
    });
  }

  status(): DataStatus {
    const status = this.#live()?.status();
    if (this.#notBegun !== undefined) return { follows: this.#follows, state: 'failed', rows: 0, lastError: this.#notBegun };
    if (status === undefined) return { follows: this.#follows, state: 'idle', rows: 0 };
    const { state, lagMs, positionLsn, rows, retainedWalBytes, lastError } = status;
    return {
      follows: this.#follows,
      state,
      rows,
      ...(lagMs === undefined ? {} : { lagMs }),
      ...(positionLsn === undefined ? {} : { positionLsn }),
      ...(retainedWalBytes === undefined ? {} : { retainedWalBytes }),
      ...(lastError === undefined ? {} : { lastError: lastError.message }),
    };
  }

  async release(): Promise<void> {
    await this.#alone(async () => {
      this.#follows = 'none';
      await this.#forward.drop();
      await this.#reverse.drop();
    });
  }

  async stop(): Promise<void> {
    this.#verifying.abort();
    await Promise.all([this.#forward.stop(), this.#reverse.stop()]);
  }

  /** A reclaim stops the stream first of all, and its source may be there after all. What cannot be followed says so in its status. */
  async #followAgain(): Promise<void> {
    await this.follow(this.#follows).catch(() => undefined);
  }

  #live(): ReplicationStream | undefined {
    if (this.#follows === 'none') return undefined;
    return this.#follows === 'forward' ? this.#forward : this.#reverse;
  }

  #requireLive(): ReplicationStream {
    const stream = this.#live();
    if (stream === undefined) throw new TypeError(`"${this.#options.extraction.name}" is not being replicated.`);
    return stream;
  }

  /** From the flip on, marks and verification concern the stream that carries the new owner's writes; both run at that moment. */
  #moved(direction: OwnershipMove): void {
    this.#follows = followsAfter(direction);
    this.#wayBack = undefined;
    this.#notBegun = undefined;
  }

  #routes(direction: OwnershipMove, steps: CutoverSteps): CutoverSteps {
    return {
      ...steps,
      flip: () => {
        this.#moved(direction);
        return steps.flip();
      },
    };
  }

  #sides() {
    const { extraction, monolith, service } = this.#options;
    return { old: { name: 'monolith', url: monolith }, own: { name: extraction.service ?? 'service', url: service } };
  }

  #lostSides() {
    const { old, own } = this.#sides();
    return { lost: own, to: old, reverseStream: this.#reverse, forwardStream: this.#forward };
  }

  #reclaimOptions(steps: CutoverSteps): ReclaimOptions {
    const { journal, extraction } = this.#options;
    return { ...this.#lostSides(), routes: this.#routes('reclaim', steps), journal, lockTimeoutMs: extraction.gates.cutoverBudgetMs };
  }

  #cutoverOptions(direction: 'cutover' | 'cutback', steps: CutoverSteps): CutoverOptions {
    const { extraction, journal } = this.#options;
    const { old, own } = this.#sides();
    const sides =
      direction === 'cutover'
        ? { from: old, to: own, forwardStream: this.#forward, reverseStream: this.#reverse }
        : { from: own, to: old, forwardStream: this.#reverse, reverseStream: this.#forward };
    return {
      ...sides,
      routes: this.#routes(direction, steps),
      journal,
      budgetMs: extraction.gates.cutoverBudgetMs,
      maxLagMs: Math.max(1000, extraction.gates.replicationLagMs),
    };
  }

  #queued<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    // The next one waits for the end of this one, however it ends; its own caller gets the error.
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Does not wait for a long verification: it is cancelled and made again later. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#verifying.abort();
    this.#verifying = new AbortController();
    return this.#queued(work);
  }
}

const passingCodes = new Set<unknown>([
  'REPLICATION_MARK_TIMEOUT',
  'REPLICATION_NOT_FOLLOWING',
  'REPLICATION_STREAM_BUSY',
  'REPLICATION_TIMEOUT',
]);

/** Something is away or behind, anywhere in the chain of causes: it may be different the next time. */
function mayPass(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (isConnectionLoss(at) || passingCodes.has((at as { code?: unknown }).code)) return true;
  }
  return false;
}

const streamNameMax = 40 - '_forward'.length;

/** The same for the same names at every start; shortened by a hash where they are too long for a slot. */
export function streamNameOf(system: string, extraction: string): string {
  const name = `${system}_${extraction}`.replaceAll('-', '_');
  if (name.length <= streamNameMax) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, streamNameMax - digest.length - 1)}_${digest}`;
}

function toFact(report: VerifyReport): VerificationFact {
  return {
    at: new Date().toISOString(),
    ageS: 0,
    position: report.positionLsn,
    rows: report.tables.reduce((sum, it) => sum + it.rows, 0),
    differing: report.tables.reduce((sum, it) => sum + it.differing + it.missing + it.extra, 0),
    samples: report.tables.flatMap((it) => it.samples).slice(0, 20),
    tables: report.tables.map(({ table, rows, differing, missing, extra }) => ({ table, rows, differing: differing + missing + extra })),
  };
}
