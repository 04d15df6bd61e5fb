/** Moves extractions through their stages: judges gates, stores each move before it is made, and recovers what a crash left half. */

import { setTimeout as delay } from 'node:timers/promises';
import { crashPoint } from './crash-points.ts';
import type { ControlStore } from './control-store.ts';
import { causeText, MigrationError } from './errors.ts';
import type { EventSequences } from './event-sequences.ts';
import type { EvidenceCollector } from './evidence.ts';
import type { ExtractionData, LossFact } from './extraction-data.ts';
import type { Gate } from './gate-facts.ts';
import type { MoveContext, Report } from './moves/context.ts';
import { executeMove } from './moves/execute.ts';
import { closeWhatReturns, hasLostItsSource } from './moves/lost.ts';
import { isOwnershipMove, recoverMove } from './moves/recover.ts';
import { companionOf } from './moves/together.ts';
import { dependantsToTakeBack, stepsReclaiming, targetBack, targetForward } from './moves/targets.ts';
import { plannedExtraction, tablesMovedBy } from './plan.ts';
import type { MigrationPlan, PlannedExtraction } from './plan.ts';
import type { OwnerNotices } from './owner-notices.ts';
import type { ProjectionKeeper } from './projection-keeper.ts';
import type { RoutePublisher } from './route-publisher.ts';
import type { SidePrograms } from './side-programs.ts';
import { nextPosition, stepsBack, stepsForward } from './stages.ts';
import type { Position, Stage, Step } from './stages.ts';
import { positionOf, positionText } from './state.ts';
import type { Move } from './state.ts';

export type { MoveProgress, Report } from './moves/context.ts';

export interface MoverOptions {
  readonly plan: MigrationPlan;
  readonly store: ControlStore;
  readonly publisher: RoutePublisher;
  readonly sidePrograms: SidePrograms;
  readonly notices: OwnerNotices;
  readonly projections: ProjectionKeeper;
  readonly sequences: EventSequences;
  /** Name of the monolith among the programs. */
  readonly monolith: string;
  readonly evidence: EvidenceCollector;
  /** By extraction; one without tables has none. */
  readonly data: ReadonlyMap<string, ExtractionData>;
  /** How often waiting gates are judged again. Default 500. */
  readonly judgeEveryMs?: number;
}

export interface AdvanceRequest {
  /** Default: one position further. */
  readonly to?: Stage;
  /** Which canary share; only with `to: 'canary'` or from canary. */
  readonly sharePercent?: number;
  /** Goes on although gates wait or fail; needs a reason. Hard gates hold all the same. */
  readonly force?: boolean;
  readonly reason?: string;
  readonly actor: string;
  /** How long waiting gates are waited for, per step. Default 120,000. */
  readonly waitMs?: number;
}

export interface BackRequest {
  /** Default: all traffic to the monolith (shadow); from there one stage. */
  readonly to?: Stage;
  readonly sharePercent?: number;
  /** The service's database is lost: nothing is asked of it, and the extraction ends at `planned`. Needs a reason; `to` must be absent or `planned`. */
  readonly lost?: boolean;
  readonly reason?: string;
  readonly actor: string;
}

export interface MoveResult {
  readonly extraction: string;
  readonly from: Position;
  readonly to: Position;
  /** The moves made, in order, dependants included. */
  readonly moves: readonly Move[];
}

export class Mover {
  readonly #options: MoverOptions;
  #busyWith: string | undefined;
  /** A lost database is not there again yet. */
  #isAwaiting = false;
  #lookAt = 0;

  constructor(options: MoverOptions) {
    this.#options = options;
  }

  /** What is being done now. */
  get busyWith(): string | undefined {
    return this.#busyWith;
  }

  /** Moves one extraction forward, step by step, each behind its gates. Aborting ends a wait for gates, never a step. */
  async advance(name: string, request: AdvanceRequest, report: Report, signal: AbortSignal): Promise<MoveResult> {
    const extraction = plannedExtraction(this.#options.plan, name);
    if (request.force) requireReason(`advance ${name} --force`, request.reason);
    const recover = () => this.recover(report);
    const advancing = async () => {
      const from = await this.#position(name);
      const target = targetForward(extraction, from, request);
      const moves: Move[] = [];
      for (const step of stepsForward(extraction.shape, from, target)) {
        const gates = await this.#passGates(extraction, step, request, report, signal);
        moves.push(await this.#make(extraction, step, { ...request, forced: request.force ?? false, evidence: { gates } }, report));
      }
      return { extraction: name, from, to: target, moves };
    };
    return this.#exclusively(`advance ${name}`, advancing, recover);
  }

  /** Takes one extraction back; those that depend on it go back first, in the same command. */
  async back(name: string, request: BackRequest, report: Report): Promise<MoveResult> {
    const extraction = plannedExtraction(this.#options.plan, name);
    const { lost, ...given } = request;
    const isLost = lost === true;
    if (isLost) requireReason(`back ${name} --lost`, request.reason);
    const recover = isLost ? () => this.#recoverOrGiveUp(name, report) : () => this.recover(report);
    return this.#exclusively(
      `back ${name}`,
      async () => {
        const { states } = await this.#options.store.snapshot();
        const from = await this.#position(name);
        const target = targetBack(extraction, from, isLost ? { to: 'planned', ...given } : given);
        if (isLost) stepsReclaiming(extraction, from, target);
        if (isLost) await this.#requireLoss(extraction);
        const moves: Move[] = [];
        for (const one of dependantsToTakeBack(this.#options.plan, states, extraction, target, isLost)) {
          const reason = `${name} goes back${request.reason === undefined ? '' : `: ${request.reason}`}`;
          for (const step of stepsBack(one.extraction.shape, one.from, one.target))
            moves.push(await this.#make(one.extraction, step, { actor: request.actor, forced: false, evidence: {}, reason }, report));
        }
        const { actor, reason } = request;
        // Whoever writes its tables has taken it along.
        const at = await this.#position(name);
        for (const step of isLost ? stepsReclaiming(extraction, at, target) : stepsBack(extraction.shape, at, target)) {
          const evidence = isLost ? { loss: await this.#requireLoss(extraction) } : {};
          moves.push(
            await this.#make(extraction, step, { actor, forced: false, evidence, ...(reason === undefined ? {} : { reason }) }, report),
          );
        }
        return { extraction: name, from, to: target, moves };
      },
      recover,
    );
  }

  /** Ends a move left running by a crash; call it at the start, before streams follow. Returns how it ended. */
  async recover(report: Report): Promise<{ readonly move: Move; readonly end: 'done' | 'cancelled' | 'failed' } | undefined> {
    const move = await this.#options.store.runningMove();
    if (move === undefined) return undefined;
    const extraction = plannedExtraction(this.#options.plan, move.extraction);
    report({
      extraction: extraction.name,
      step: 'recovering',
      message: `A ${move.kind} to ${positionText(move.to)} was left at "${move.step}".`,
    });
    const end = await recoverMove(await this.#context(extraction, move, report));
    await this.#followAsStored(extraction);
    report({ extraction: extraction.name, step: 'recovered', message: `The ${move.kind} to ${positionText(move.to)} is ${end}.` });
    return { move, end };
  }

  /** Ends a move that a fault left running, if nothing is being done; call it from time to time. */
  async recoverIfIdle(report: Report): Promise<void> {
    if (this.#busyWith !== undefined || (await this.#options.store.runningMove()) === undefined) return;
    await this.#exclusively(
      'recover',
      () => Promise.resolve(),
      () => this.recover(report),
    );
  }

  /** Keeps what comes in the place of lost databases from writing, if no move is being made; call it often. While nothing is lost it looks each second. */
  async closeWhatReturns(report: Report): Promise<void> {
    const isDue = this.#isAwaiting || performance.now() > this.#lookAt || [...this.#options.data.values()].some(hasLostItsSource);
    if (this.#busyWith !== undefined || !isDue) return;
    this.#isAwaiting = await closeWhatReturns({ ...this.#options, report });
    this.#lookAt = performance.now() + lookEveryMs;
  }

  /** What is known of the loss goes to the audit before anything is done. */
  async #requireLoss(extraction: PlannedExtraction): Promise<LossFact> {
    const loss = await this.#options.data.get(extraction.name)?.examineLoss();
    if (loss?.isLost === true) return loss;
    throw new MigrationError('MIGRATION_NOT_LOST', loss?.found ?? `"${extraction.name}" moves no tables.`, {
      fix: `Run: banyan back ${extraction.name}`,
    });
  }

  /** A move of an extraction may never end when its service's database is lost: then it has failed, and what it left is reclaimed. */
  async #recoverOrGiveUp(name: string, report: Report): Promise<void> {
    try {
      await this.recover(report);
    } catch (error) {
      const move = await this.#options.store.runningMove();
      if (move === undefined || move.extraction !== name) throw error;
      await this.#options.store.finishMove(move, 'failed', { givenUp: causeText(error) });
      report({
        extraction: name,
        step: 'given-up',
        message: `The ${move.kind} to ${positionText(move.to)} is given up: ${causeText(error)}`,
      });
    }
  }

  /** A controller that started while this move could not be ended does not follow its rows yet. */
  async #followAsStored(extraction: PlannedExtraction): Promise<void> {
    const { name } = tablesMovedBy(this.#options.plan, extraction);
    const { states } = await this.#options.store.snapshot();
    const follows = states.find((it) => it.name === name)?.follows ?? 'none';
    const rows = this.#options.data.get(name);
    // What cannot be followed says so in its status, and is tried again.
    if (rows !== undefined && rows.status().follows !== follows) await rows.follow(follows).catch(() => undefined);
  }

  /** The gates of the step that `advance` would take next, as they stand now. */
  async nextGates(name: string): Promise<{ readonly to: Position | undefined; readonly gates: readonly Gate[] }> {
    const extraction = plannedExtraction(this.#options.plan, name);
    const from = await this.#position(name);
    const target = targetForwardOrNone(extraction, from);
    const step = target === undefined ? undefined : stepsForward(extraction.shape, from, target)[0];
    if (step === undefined) return { to: undefined, gates: [] };
    return { to: step.to, gates: await this.#options.evidence.judge(extraction, step, 'glance') };
  }

  async #position(name: string): Promise<Position> {
    const { states } = await this.#options.store.snapshot();
    const state = states.find((it) => it.name === name);
    return state === undefined ? { stage: 'planned', sharePercent: 0 } : positionOf(state);
  }

  async #exclusively<T>(what: string, work: () => Promise<T>, recover: () => Promise<unknown>): Promise<T> {
    if (this.#busyWith !== undefined) throw new MigrationError('MIGRATION_MOVE_RUNNING', `"${this.#busyWith}" is being made.`);
    this.#busyWith = what;
    try {
      // Only this controller makes moves, and it makes none now: a running one was left by a fault.
      await recover();
      return await work();
    } finally {
      this.#busyWith = undefined;
    }
  }

  async #passGates(
    extraction: PlannedExtraction,
    step: Step,
    request: AdvanceRequest,
    report: Report,
    signal: AbortSignal,
  ): Promise<readonly Gate[]> {
    const waitMs = request.waitMs ?? 120_000;
    const giveUpAt = performance.now() + waitMs;
    let told = '';
    for (;;) {
      const gates = await this.#options.evidence.judge(extraction, step, 'thorough');
      const text = gates.map((it) => `${it.name}: ${it.message}`).join(' ');
      // Numbers of gates that pass change all the time and need no line of their own.
      const news = JSON.stringify(gates.map((it) => [it.name, it.status, it.status === 'wait' ? it.numbers : {}]));
      const open = gates.filter((it) => it.status !== 'pass' && (it.isHard || !request.force));
      const failed = open.find((it) => it.status === 'fail');
      const patience = open.length === 0 || failed !== undefined ? '' : ` Waiting up to ${Math.round(waitMs / 1000)} s.`;
      const message = `To ${positionText(step.to)}: ${text}${patience}`;
      if (news !== told) report({ extraction: extraction.name, step: 'gates', message, gates });
      told = news;
      if (open.length === 0) return gates;
      if (failed !== undefined) throw gateError(extraction, step, failed, gates);
      if (performance.now() > giveUpAt || signal.aborted) throw waitingError(extraction, step, open, gates);
      await delay(this.#options.judgeEveryMs ?? 500, undefined, { signal }).catch(() => undefined);
    }
  }

  async #make(
    extraction: PlannedExtraction,
    step: Step,
    how: { actor: string; reason?: string; forced: boolean; evidence: unknown },
    report: Report,
  ): Promise<Move> {
    const { store } = this.#options;
    const move = await store.beginMove({
      extraction: extraction.name,
      step,
      actor: how.actor,
      ...(how.reason === undefined ? {} : { reason: how.reason }),
      forced: how.forced,
      evidence: how.evidence,
    });
    crashPoint('controller.move-stored');
    report({ extraction: extraction.name, step: 'begun', message: `${positionText(step.from)} -> ${positionText(step.to)}` });
    const finished = await this.#execute(extraction, move, report);
    crashPoint('controller.move-finished');
    await this.#options.evidence.entered(extraction, step);
    report({ extraction: extraction.name, step: 'done', message: `"${extraction.name}" is now ${positionText(step.to)}.` });
    return finished;
  }

  async #execute(extraction: PlannedExtraction, move: Move, report: Report): Promise<Move> {
    const context = await this.#context(extraction, move, report);
    try {
      const outcome = await executeMove(context);
      return await this.#options.store.finishMove(move, 'done', outcome);
    } catch (error) {
      if (error instanceof MigrationError && error.code === 'MIGRATION_SUPERSEDED') throw error;
      const isCancelled = error instanceof MigrationError && error.code === 'MIGRATION_CUTOVER_CANCELLED';
      if (isOwnershipMove(move.work) && !isCancelled) return this.#endBrokenOff(context, error);
      await this.#options.store.finishMove(move, isCancelled ? 'cancelled' : 'failed', { error: causeText(error) });
      throw explained(move, error);
    }
  }

  /** Ownership may have changed or not: the journal knows. What cannot be ended now stays running and is ended by `recoverIfIdle`. */
  async #endBrokenOff(context: MoveContext, error: unknown): Promise<Move> {
    const { move, extraction } = context;
    const why = causeText(error);
    context.report({ extraction: extraction.name, step: 'recovering', message: `The ${move.work} broke off: ${why}` });
    let end: 'done' | 'cancelled' | 'failed';
    try {
      end = await recoverMove(context);
    } catch (cause) {
      throw new MigrationError(
        'MIGRATION_MOVE_BROKEN_OFF',
        `The ${move.work} of "${extraction.name}" broke off: ${why} (${causeText(cause)})`,
        { cause },
      );
    }
    if (end === 'done') return (await this.#options.store.move(move.id)) ?? move;
    const wayOut = { fix: `Look at the reason shown, then try again. If the service's database is lost: ${backLost(extraction.name)}` };
    throw new MigrationError('MIGRATION_CUTOVER_CANCELLED', `The ${move.work} of "${extraction.name}" was cancelled: ${why}`, {
      cause: error,
      ...(move.work === 'cutback' ? wayOut : {}),
    });
  }

  async #context(extraction: PlannedExtraction, move: Move, report: Report): Promise<MoveContext> {
    const { plan, data, store, publisher, sidePrograms, notices, projections, sequences, monolith } = this.#options;
    const moved = tablesMovedBy(plan, extraction);
    const companion = companionOf(extraction, move, (await store.snapshot()).states);
    const dependants = plan.extractions.filter((other) => other.after.some((it) => it.extraction === moved.name));
    const own = { extraction, moved, companion, dependants, data: data.get(moved.name), move, report };
    return { store, publisher, sidePrograms, notices, projections, sequences, monolith, ...own };
  }
}

const lookEveryMs = 1_000;

function backLost(name: string): string {
  return `banyan back ${name} --lost --reason "<why>"`;
}

function requireReason(what: string, reason: string | undefined): void {
  if ((reason ?? '').trim() === '') throw new MigrationError('MIGRATION_REASON_MISSING', `"${what}" is asked for, but no reason is given.`);
}

/** An error that says itself what to do is passed on; any other gets a code and a way out. */
function explained(move: Move, error: unknown): unknown {
  const { code, fix } = (error ?? {}) as { readonly code?: unknown; readonly fix?: unknown };
  if (typeof code === 'string' && typeof fix === 'string') return error;
  const message = `"${move.kind} ${move.extraction}" could not be made: ${causeText(error)}`;
  return new MigrationError('MIGRATION_MOVE_FAILED', message, { cause: error });
}

function targetForwardOrNone(extraction: PlannedExtraction, from: Position): Position | undefined {
  if (from.stage === 'retired') return undefined;
  // Where its own way ends, another extraction takes it further.
  if (extraction.cutOverBy !== undefined && nextPosition(extraction.shape, from) === undefined) return undefined;
  if (from.stage === 'owner') return { stage: 'retired', sharePercent: 0 };
  return targetForward(extraction, from, {});
}

function gateError(extraction: PlannedExtraction, step: Step, failed: Gate, gates: readonly Gate[]): MigrationError {
  const code =
    failed.name === 'inspection' ? 'MIGRATION_TABLE_UNFIT' : failed.name === 'after' ? 'MIGRATION_AFTER_NOT_READY' : 'MIGRATION_GATES_FAIL';
  return new MigrationError(code, `"${extraction.name}" cannot go to ${positionText(step.to)}: ${failed.message}`, {
    evidence: { gates },
    ...(failed.name === 'shadow' ? { fix: `Run: banyan mismatches ${extraction.name}` } : {}),
    ...(code === 'MIGRATION_GATES_FAIL' && failed.isHard
      ? { fix: 'Repair the cause named, then advance again; --force does not open this gate.' }
      : {}),
  });
}

function waitingError(extraction: PlannedExtraction, step: Step, open: readonly Gate[], gates: readonly Gate[]): MigrationError {
  const text = open.map((it) => it.message).join(' ');
  return new MigrationError('MIGRATION_GATES_WAITING', `"${extraction.name}" pauses before ${positionText(step.to)}: ${text}`, {
    evidence: { gates },
  });
}
