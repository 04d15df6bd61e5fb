/** Moves an extraction and does not let go: through deaths of the controller, cancelled cutovers and gates that wait. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ControllerClient, ProgressLine } from '../controller-client.ts';
import { explainError } from '../errors.ts';
import type { ExtractionView, StateView } from '@banyan/controller/state-view';

export interface MoverOptions {
  readonly client: ControllerClient;
  readonly actor: string;
  readonly onLine?: (line: ProgressLine) => void;
  readonly signal?: AbortSignal;
  /** How often a move that broke off is asked for again; default 40. */
  readonly triesMax?: number;
}

export interface Target {
  readonly extraction: string;
  readonly stage: string;
  readonly sharePercent?: number;
  readonly reason: string;
  /** Passes gates that are not hard. */
  readonly force?: boolean;
}

/** What may end a try without ending the journey: the controller died, or the move cancelled itself with nothing lost. */
const passing = new Set([
  'CLI_CONTROLLER_UNREACHABLE',
  'MIGRATION_CUTOVER_CANCELLED',
  'MIGRATION_MOVE_RUNNING',
  'MIGRATION_SUPERSEDED',
  'CONTROLLER_NOT_READY',
  'MIGRATION_MOVE_BROKEN_OFF',
  'REPLICATION_LONG_TRANSACTION',
]);

const againAfterMs = 200;
const settleTimeoutMs = 45_000;
/** Gates count requests: on a busy machine that takes its time. */
const gatesTimeoutMs = 600_000;

export class PersistentMover {
  readonly #options: MoverOptions;

  constructor(options: MoverOptions) {
    this.#options = options;
  }

  /** Resolves when the extraction is at the target; tries again after what passes, fails with anything else. */
  async reach(target: Target, beforeTry: () => void | Promise<void> = () => {}): Promise<{ tries: number }> {
    const triesMax = this.#options.triesMax ?? 40;
    for (let tries = 1; ; tries += 1) {
      const state = await this.settledState();
      if (isAt(state, target)) return { tries: tries - 1 };
      await beforeTry();
      try {
        await this.#move(state, target);
      } catch (error) {
        if (!this.#mayPass(error) || tries === triesMax) throw error;
        this.#options.onLine?.({ step: 'again', message: explainError(error).message });
        await delay(againAfterMs);
      }
    }
  }

  /** The controller's state once it answers and no move is under way. */
  async settledState(): Promise<StateView> {
    const deadline = Date.now() + settleTimeoutMs;
    for (;;) {
      this.#options.signal?.throwIfAborted();
      try {
        await this.#options.client.read('/health', AbortSignal.timeout(5_000)); // refused until it has ended what a crash left
        const state = await this.#options.client.read<StateView>('/v1/state', AbortSignal.timeout(5_000));
        if (state.busyWith === undefined) return state;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await delay(50);
    }
  }

  async #move(state: StateView, target: Target): Promise<void> {
    const now = extractionIn(state, target.extraction);
    const action = isAhead(now, target) ? 'advance' : 'back';
    const body = {
      to: target.stage,
      ...(target.sharePercent === undefined ? {} : { sharePercent: target.sharePercent }),
      actor: this.#options.actor,
      reason: target.reason,
      ...(action === 'advance' ? { waitMs: gatesTimeoutMs, ...(target.force === true ? { force: true } : {}) } : {}),
    };
    await this.#options.client.move(
      `/v1/extractions/${target.extraction}/${action}`,
      body,
      (line) => this.#options.onLine?.(line),
      this.#options.signal,
    );
  }

  #mayPass(error: unknown): boolean {
    return passing.has(explainError(error).code) && this.#options.signal?.aborted !== true;
  }
}

const order = ['planned', 'replicating', 'shadow', 'canary', 'owner', 'retired'];

function isAhead(now: ExtractionView, target: Target): boolean {
  const steps = order.indexOf(target.stage) - order.indexOf(now.stage);
  return steps > 0 || (steps === 0 && (target.sharePercent ?? 0) > now.sharePercent);
}

function isAt(state: StateView, target: Target): boolean {
  const now = extractionIn(state, target.extraction);
  return now.stage === target.stage && (target.sharePercent === undefined || now.sharePercent === target.sharePercent);
}

export function extractionIn(state: StateView, name: string): ExtractionView {
  const found = state.extractions.find((extraction) => extraction.name === name);
  if (found === undefined) throw new TypeError(`The controller knows no extraction "${name}".`);
  return found;
}
