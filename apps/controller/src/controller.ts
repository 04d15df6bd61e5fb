/** The controller: takes charge of a system's migration, keeps its streams and gateways in step with the stored state, and makes moves. */

import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { openControlDatabase } from '@banyan/migration/control-database';
import type { ControlDatabase } from '@banyan/migration/control-database';
import { takeControlLock } from '@banyan/migration/control-lock';
import type { ControlLock } from '@banyan/migration/control-lock';
import { endState, setCorrections } from '@banyan/migration/corrections';
import type { CorrectionsRequest, EndState } from '@banyan/migration/corrections';
import { causeText, MigrationError } from '@banyan/migration/errors';
import { loadSystem } from '@banyan/migration/load';
import type { LoadedSystem } from '@banyan/migration/load';
import type { MoveResult } from '@banyan/migration/mover';
import { plannedExtraction, tablesMovedBy } from '@banyan/migration/plan';
import { isRehearsalClean, rehearsalKind, rehearsalText } from '@banyan/migration/rehearsal-evidence';
import type { RehearsalEvidence } from '@banyan/migration/rehearsal-evidence';
import type { Logger } from '@banyan/telemetry';
import { archive } from './archiving.ts';
import type { ControllerConfig } from './config.ts';
import { ControllerError } from './errors.ts';
import { EventLog } from './event-log.ts';
import { EventRates } from './event-rates.ts';
import type { MoveRequest } from './move-request.ts';
import { assemble } from './running/assemble.ts';
import type { Parts } from './running/assemble.ts';
import { runLoops } from './running/loops.ts';
import { takeUp } from './running/take-up.ts';
import { viewState } from './state-view.ts';
import type { StateView } from './state-view.ts';

export type ControllerStatus = 'starting' | 'waiting' | 'recovering' | 'ready' | 'stopping' | 'superseded';

export interface ControllerHealth {
  readonly status: ControllerStatus;
  readonly system?: string;
  readonly message: string;
  /** `ok`, or what archiving waits for; absent where the event store is the broker. */
  readonly archive?: string;
}

/** How long a start waits for databases before it is in charge without those that are away. */
const waitForDatabasesMs = 15_000;

export class Controller {
  readonly #config: ControllerConfig;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #startedAt = new Date().toISOString();
  readonly #events: EventLog;
  readonly #eventRates = new EventRates();
  readonly #onSuperseded: () => void;
  #health: ControllerHealth = { status: 'starting', message: 'Loading the system.' };
  #parts: Parts | undefined;
  #database: ControlDatabase | undefined;
  #lock: ControlLock | undefined;
  #loops: Promise<void> | undefined;
  #archive: string | undefined;
  #archiving: Promise<void> | undefined;

  /** `onSuperseded` is called when another controller has taken over: end the process. */
  constructor(config: ControllerConfig, logger: Logger, onSuperseded: () => void) {
    this.#config = config;
    this.#logger = logger;
    this.#onSuperseded = onSuperseded;
    this.#events = new EventLog((event) => logger.info({ event: `move.${event.step}`, extraction: event.extraction }, event.message));
  }

  get health(): ControllerHealth {
    return { ...this.#health, ...(this.#archive === undefined ? {} : { archive: this.#archive }) };
  }

  /** Resolves when it is in charge and works. Bad configuration throws; an absent database is waited for. */
  async start(): Promise<void> {
    const loaded = await loadSystem(this.#config.system);
    this.#database = await this.#openDatabase(loaded.system.name);
    this.#lock = await this.#takeLock(this.#database);
    this.#parts = await assemble(this.#config, loaded, this.#database);
    this.#archiving = this.#beginArchiving(this.#parts);
    await this.#recover(this.#parts, loaded);
    this.#loops = runLoops({
      config: this.#config,
      parts: this.#parts,
      logger: this.#logger,
      report: (progress) => this.#events.add(progress),
      signal: this.#stopping.signal,
    });
    this.#become('ready', loaded.system.name, 'In charge.');
  }

  /** Lets a move under way end (up to `timeoutMs`), stops the streams and gives the lock away. What does not end is recovered at the next start. */
  async stop(timeoutMs = 8000): Promise<void> {
    this.#become('stopping', this.#health.system, 'Stopping.');
    const giveUpAt = performance.now() + timeoutMs;
    while (this.#parts?.mover.busyWith !== undefined && performance.now() < giveUpAt) await delay(50);
    this.#stopping.abort();
    await Promise.all([this.#loops, this.#archiving]);
    await Promise.all([...(this.#parts?.data.values() ?? [])].map((it) => it.stop()));
    await this.#parts?.close();
    await this.#lock?.release();
    await this.#database?.close();
  }

  /** While it recovers, what is stored may be looked at; nothing moves, and no position counts as reached before streams follow again. */
  inCharge(purpose: 'to look' | 'to act'): Parts {
    const isAble = this.#health.status === 'ready' || (this.#health.status === 'recovering' && purpose === 'to look');
    if (this.#parts !== undefined && isAble) return this.#parts;
    throw new ControllerError('CONTROLLER_NOT_READY', `The controller is ${this.#health.status}: ${this.#health.message}`);
  }

  /** Like `requireReady`, but not while it still ends what a crash left: a move in between would meet it half done. */
  #requireRecovered(): Parts {
    const parts = this.inCharge('to act');
    if (this.#health.status === 'ready') return parts;
    throw new ControllerError('CONTROLLER_NOT_READY', `The controller is ${this.#health.status}: ${this.#health.message}`);
  }

  async state(): Promise<StateView> {
    const parts = this.inCharge('to look');
    return viewState({
      ...parts,
      system: parts.loaded.system.name,
      title: parts.loaded.system.title,
      plan: parts.loaded.plan,
      programs: Object.entries(parts.loaded.system.programs).map(([name, { role, database }]) => ({ name, role, database })),
      eventsPerSecond: () => this.#eventsPerSecond(parts),
      startedAt: this.#startedAt,
      events: this.#events,
      gateways: async () => {
        const states = await parts.fleet.reports((client) => client.state());
        return parts.fleet.gateways.map(({ adminUrl }) => {
          const state = states.get(adminUrl);
          const sum = (of: 'inFlight' | 'held') => state?.workers.reduce((total, it) => total + it[of], 0) ?? 0;
          return state === undefined ? { adminUrl } : { adminUrl, version: state.version, inFlight: sum('inFlight'), held: sum('held') };
        });
      },
    });
  }

  /** A broker that is away takes no picture away. */
  async #eventsPerSecond({ eventLog }: Parts): Promise<StateView['eventsPerSecond']> {
    try {
      const log = await eventLog();
      return log === undefined ? undefined : await this.#eventRates.look(log);
    } catch (error) {
      this.#logger.debug({ event: 'event-rates.failed' }, causeText(error));
      return undefined;
    }
  }

  async evidence(extraction: string | undefined, kind: string | undefined, limit: number): Promise<unknown> {
    const { store, loaded } = this.inCharge('to look');
    if (extraction !== undefined) plannedExtraction(loaded.plan, extraction);
    return {
      evidence: await store.evidence({
        limit,
        ...(extraction === undefined ? {} : { extraction }),
        ...(kind === undefined ? {} : { kind }),
      }),
    };
  }

  async mismatches(extraction: string | undefined): Promise<unknown> {
    const { watch, loaded } = this.inCharge('to look');
    const wanted = extraction === undefined ? loaded.plan.extractions : [plannedExtraction(loaded.plan, extraction)];
    await watch.look();
    const lists = wanted.map((it) => ({
      extraction: it.name,
      ...watch.shadow(
        it.name,
        it.routes.filter((route) => route.shadowable).map((route) => route.id),
      ),
    }));
    return { extractions: lists };
  }

  /** Resolves when all that was committed before the call is where the extraction's reads look for it; at once when nothing is replicated. */
  async reached(extraction: string): Promise<unknown> {
    const { reaching, loaded } = this.inCharge('to act');
    plannedExtraction(loaded.plan, extraction);
    const started = performance.now();
    try {
      await reaching.reached(extraction);
    } catch (error) {
      throw new ControllerError('CONTROLLER_REACHED_TIMEOUT', `"${extraction}" has not reached the position: ${causeText(error)}`, {
        cause: error,
      });
    }
    return { extraction, reached: true, ms: Math.round(performance.now() - started) };
  }

  async advance(
    name: string,
    request: MoveRequest,
    line: (value: unknown) => void,
    signal: AbortSignal,
  ): Promise<MoveResult & { message: string }> {
    const { mover } = this.#requireRecovered();
    const stop = AbortSignal.any([signal, this.#stopping.signal]);
    const result = await mover.advance(name, request, (progress) => line({ ...this.#events.add(progress), ...progress }), stop);
    return { ...result, message: resultText(result) };
  }

  async back(name: string, request: MoveRequest, line: (value: unknown) => void): Promise<MoveResult & { message: string }> {
    const { mover } = this.#requireRecovered();
    const result = await mover.back(name, request, (progress) => line({ ...this.#events.add(progress), ...progress }));
    return { ...result, message: resultText(result) };
  }

  /** Compares all rows now; with `repair` copies those that differ again first. Throws `MIGRATION_ROWS_DIFFER`. */
  async verify(
    extraction: string,
    request: { readonly actor: string; readonly repair: boolean },
    line: (value: unknown) => void,
  ): Promise<unknown> {
    const { evidence, data, loaded, store } = this.#requireRecovered();
    const { name } = tablesMovedBy(loaded.plan, plannedExtraction(loaded.plan, extraction));
    if ((data.get(name)?.status().follows ?? 'none') === 'none') {
      throw new MigrationError('MIGRATION_MOVE_INVALID', `"${name}" is not being replicated, so there is nothing to compare.`, {
        fix: `Run: banyan advance ${name}`,
      });
    }
    line({
      at: new Date().toISOString(),
      extraction: name,
      step: 'verifying',
      message: 'Comparing all rows of both sides at one position.',
    });
    const fact = await (request.repair ? evidence.repair(name) : evidence.verify(name));
    if (request.repair) await store.addAudit({ actor: request.actor, action: 'repair', extraction: name, detail: fact });
    if (fact.differing > 0) {
      throw new MigrationError('MIGRATION_ROWS_DIFFER', `${fact.differing} of ${fact.rows} rows of "${name}" differ at ${fact.position}.`, {
        evidence: fact,
      });
    }
    return {
      done: true,
      extraction: name,
      step: 'verified',
      message: `${fact.rows} rows are equal on both sides at ${fact.position}.`,
      ...fact,
    };
  }

  /** Keeps what a rehearsal found; the gate before owner judges it. Throws `MIGRATION_WRITES_DIFFER`. */
  async rehearsed(name: string, actor: string, found: RehearsalEvidence): Promise<unknown> {
    const { loaded, store } = this.#requireRecovered();
    plannedExtraction(loaded.plan, name);
    await store.addEvidence(name, rehearsalKind, found);
    await store.addAudit({ actor, action: 'rehearse', extraction: name, detail: found });
    const message = rehearsalText(found);
    this.#logger.info({ event: 'rehearsal', extraction: name }, message);
    if (!isRehearsalClean(found)) throw new MigrationError('MIGRATION_WRITES_DIFFER', `"${name}": ${message}`, { evidence: found });
    return { done: true, extraction: name, step: 'rehearsed', message, evidence: found };
  }

  async endState(): Promise<EndState> {
    const { loaded, store } = this.inCharge('to look');
    return endState(loaded.plan, store);
  }

  async setCorrections(request: CorrectionsRequest): Promise<unknown> {
    const { loaded, store } = this.#requireRecovered();
    const state = await setCorrections(loaded.plan, store, request);
    return {
      done: true,
      message: `Corrections are ${state.corrections ? 'on' : 'off'}; the services are started anew, one after the other.`,
      ...state,
    };
  }

  async #openDatabase(system: string): Promise<ControlDatabase> {
    for (;;) {
      try {
        return await openControlDatabase({ url: this.#config.controlDatabaseUrl, system });
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        this.#become('waiting', system, causeText(error));
        await delay(1000, undefined, { signal: this.#stopping.signal });
      }
    }
  }

  #takeLock(database: ControlDatabase): Promise<ControlLock> {
    return takeControlLock(
      {
        url: this.#config.controlDatabaseUrl,
        database,
        holder: `${hostname()} pid ${process.pid}`,
        onWaiting: (holder) =>
          this.#become('waiting', database.system, `Another controller (${holder}) is in charge; this one takes over when it ends.`),
        onHeldAgain: () => {
          if (this.#health.status === 'waiting') this.#become('ready', database.system, 'In charge again.');
        },
        onSuperseded: (error) => {
          this.#become('superseded', database.system, error.message);
          this.#onSuperseded();
        },
      },
      this.#stopping.signal,
    );
  }

  /** Before anything is recovered: a move that was left half may wait for what is not archived yet. */
  async #beginArchiving({ archive: archived, loaded }: Parts): Promise<void> {
    const types = (loaded.system.contracts?.events ?? []).map(({ contract }) => contract.type);
    if (archived === undefined || types.length === 0) return;
    const onState = (state: string) => void (this.#archive = state);
    await archive({ ...archived, types, logger: this.#logger, signal: this.#stopping.signal, onState });
  }

  /** Tried until it works: the databases may still be starting. */
  async #recover(parts: Parts, loaded: LoadedSystem): Promise<void> {
    this.#become('recovering', loaded.system.name, 'Ending what was left half, and following again.');
    await parts.store.raiseRouteVersion();
    await parts.evidence.resume();
    const lateAt = performance.now() + waitForDatabasesMs;
    for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 2000)) {
      try {
        await takeUp({ parts, report: (progress) => this.#events.add(progress), logger: this.#logger, isLate: performance.now() > lateAt });
        return;
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        this.#logger.warn({ event: 'recovery.failed' }, causeText(error));
        this.#become('recovering', loaded.system.name, causeText(error));
      }
      await delay(waitMs, undefined, { signal: this.#stopping.signal });
    }
  }

  #become(status: ControllerStatus, system: string | undefined, message: string): void {
    if (this.#health.status !== status || this.#health.message !== message) this.#logger.info({ event: `controller.${status}` }, message);
    this.#health = { status, message, ...(system === undefined ? {} : { system }) };
  }
}

function resultText(result: MoveResult): string {
  const share = result.to.stage === 'canary' ? ` ${result.to.sharePercent} %` : '';
  return `"${result.extraction}" is at ${result.to.stage}${share} (${result.moves.length} ${result.moves.length === 1 ? 'move' : 'moves'}).`;
}
