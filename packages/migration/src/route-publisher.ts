/** Keeps every gateway on the routes that the stored state says: pushes each change, and again to any gateway that fell behind. */

import { setTimeout as delay } from 'node:timers/promises';
import type { RouteTable } from '@banyan/gateway/route-table';
import type { ControlStore } from './control-store.ts';
import { causeText, MigrationError } from './errors.ts';
import type { DrainRequest, GatewayFleet, PushAnswer } from './gateway-fleet.ts';
import type { MigrationPlan } from './plan.ts';
import { computeRouteTable, heldRouteIds } from './route-table.ts';

export interface RoutePublisherOptions {
  readonly plan: MigrationPlan;
  readonly store: ControlStore;
  readonly fleet: GatewayFleet;
  /** Program name to base URL. */
  readonly upstreams: Readonly<Record<string, string>>;
  readonly monolith: string;
  /** How long a gateway that does not answer is tried before a publish goes on without it. Default 5000. */
  readonly retryForMs?: number;
  /** How often gateways are asked for their version. Default 1000. */
  readonly tendEveryMs?: number;
}

export interface PublishReport {
  readonly version: number;
  /** The slowest gateway's. */
  readonly flipMs: number;
  readonly drainMs: number;
  readonly drained: boolean;
  /** Gateways that do not have the routes yet and why; they get them as soon as they answer. */
  readonly missing: readonly string[];
}

export class RoutePublisher {
  readonly #options: RoutePublisherOptions;

  constructor(options: RoutePublisherOptions) {
    this.#options = options;
  }

  /** The table of the stored state. */
  async currentTable(): Promise<RouteTable> {
    const { plan, store, upstreams, monolith } = this.#options;
    const { states, routeVersion } = await store.snapshot();
    return computeRouteTable({ plan, states, upstreams, monolith, version: routeVersion });
  }

  /** Pushes the stored state to all gateways and waits until each has it or its time is up. */
  async publish(): Promise<PublishReport> {
    return this.#pushUntil(performance.now() + (this.#options.retryForMs ?? 5000));
  }

  /**
   * Pushes the stored state and waits until no held request is in flight any more.
   * Throws `MIGRATION_GATEWAY_UNREACHABLE` unless every gateway confirms: one that does not might still let a write through.
   */
  async publishHold(drainTimeoutMs: number): Promise<PublishReport> {
    const report = await this.#pushUntil(performance.now() + drainTimeoutMs, drainTimeoutMs);
    if (report.missing.length > 0)
      throw new MigrationError('MIGRATION_GATEWAY_UNREACHABLE', `Writes could not be held: ${report.missing.join('; ')}.`);
    if (report.drained) return report;
    throw new MigrationError('MIGRATION_GATEWAY_UNREACHABLE', `Writes in flight did not end within ${drainTimeoutMs} ms.`, {
      fix: 'A request runs long; try again, or raise gates.cutoverBudgetMs.',
    });
  }

  /** Asks the gateways for their version each second and pushes again to all when one has another; until `signal` aborts. */
  async tend(signal: AbortSignal, onTrouble: (message: string) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#pushWhereBehind();
      } catch (error) {
        onTrouble(causeText(error));
      }
      await delay(this.#options.tendEveryMs ?? 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  async #pushWhereBehind(): Promise<void> {
    const versions = await this.#options.fleet.versions();
    const { routeVersion } = await this.#options.store.snapshot();
    const newest = Math.max(0, ...versions.map((it) => it ?? 0));
    // A gateway knows routes of an earlier control database: ours must be newer to be taken.
    if (newest > routeVersion) await this.#options.store.raiseRouteVersion(newest);
    if (versions.some((it) => it !== undefined && it !== routeVersion)) await this.#options.fleet.push(await this.currentTable());
  }

  async #pushUntil(giveUpAt: number, drainTimeoutMs?: number): Promise<PublishReport> {
    for (let waitMs = 25; ; waitMs = Math.min(waitMs * 2, 500)) {
      const table = await this.currentTable();
      const drain: DrainRequest | undefined =
        drainTimeoutMs === undefined ? undefined : { routeIds: heldRouteIds(table), timeoutMs: drainTimeoutMs };
      const answers = await this.#options.fleet.push(table, drain, Math.ceil(Math.max(1000, giveUpAt - performance.now() + 500)));
      const report = reportOf(table.version, answers);
      if (report.missing.length === 0) return report;
      const newest = Math.max(0, ...answers.map((it) => (it.outcome === 'newer' ? (it.version ?? 0) : 0)));
      if (newest > 0) await this.#options.store.raiseRouteVersion(newest);
      if (performance.now() + waitMs > giveUpAt) return report;
      await delay(newest > 0 ? 0 : waitMs);
    }
  }
}

function reportOf(version: number, answers: readonly PushAnswer[]): PublishReport {
  return {
    version,
    flipMs: Math.max(0, ...answers.map((it) => it.flipMs)),
    drainMs: Math.max(0, ...answers.map((it) => it.drainMs)),
    drained: answers.every((it) => it.outcome === 'taken' && it.drained),
    missing: answers
      .filter((it) => it.outcome !== 'taken')
      .map((it) => `gateway ${it.adminUrl} ${it.message ?? `has newer routes (${it.version})`}`),
  };
}
