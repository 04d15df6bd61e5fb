/**
 * Answers "have the copies that a service keeps of what others own all that was committed before this call?": the owners' events are at the broker, and
 * the service's group has handled them. Of events that are set aside it knows nothing.
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { Marker } from '@banyan/service/load-driver';
import { Pool } from 'pg';
import type { ServiceDatabases } from './service-databases.ts';

export interface CopiesBarrierOptions {
  readonly services: ServiceDatabases;
  /** Undefined when the system has no events: then there are no copies either. */
  readonly eventStoreUrl: string | undefined;
  /** Where the event store is not the broker, whom to ask in its place. */
  readonly marker?: () => Promise<Marker | undefined>;
  /** Rejects after so long. Default 9,000. */
  readonly timeoutMs?: number;
}

/** Each pause is twice the one before, up to the last: events are handled within milliseconds, unless there is a queue. */
const lookAgainMs = { first: 5, last: 40 };

export class CopiesBarrier {
  readonly #services: ServiceDatabases;
  readonly #log: Pool | undefined;
  readonly #marker: NonNullable<CopiesBarrierOptions['marker']>;
  readonly #timeoutMs: number;

  constructor({ services, eventStoreUrl, marker = async () => undefined, timeoutMs = 9_000 }: CopiesBarrierOptions) {
    this.#services = services;
    this.#marker = marker;
    this.#timeoutMs = timeoutMs;
    if (eventStoreUrl === undefined) return;
    this.#log = new Pool({ connectionString: eventStoreUrl, application_name: 'banyan copies', max: 2, connectionTimeoutMillis: 5_000 });
    this.#log.on('error', () => {}); // the next query connects again, or says why not
  }

  /** The services whose events keep the copies of this one. */
  async ownersOf(service: string): Promise<readonly string[]> {
    const pool = this.#services.of(service);
    if (pool === undefined || this.#log === undefined || !(await hasTable(pool, 'banyan.projections'))) return [];
    const { rows } = await pool.query<{ source: string }>('select distinct source from banyan.projections');
    return rows.map(({ source }) => source.split('/').at(-1) ?? source);
  }

  async reached(service: string, owners: readonly string[]): Promise<void> {
    const log = this.#log;
    if (log === undefined || owners.length === 0) return;
    const giveUpAt = performance.now() + this.#timeoutMs;
    await Promise.all(owners.map((owner) => this.#untilSent(owner, giveUpAt)));
    const marker = await this.#marker();
    if (marker !== undefined) {
      const late = AbortSignal.timeout(Math.max(1, giveUpAt - performance.now()));
      return marker.untilSettled(service, { signal: late }).catch((cause: unknown) => {
        throw new Error(late.aborted ? notHandled(service) : (cause as Error).message, { cause });
      });
    }
    if (!(await hasTable(log, 'banyan.bus_groups'))) return;
    const { rows } = await log.query<{ head: string | null }>('select max(position) as head from banyan.events');
    const isHandled = async () => (await log.query<{ open: boolean }>(openEvents, [service, rows[0]?.head ?? '0'])).rows[0]?.open !== true;
    await until(isHandled, giveUpAt, notHandled(service));
  }

  async close(): Promise<void> {
    await this.#log?.end();
  }

  async #untilSent(owner: string, giveUpAt: number): Promise<void> {
    const pool = this.#services.of(owner);
    if (pool === undefined || !(await hasTable(pool, 'banyan.outbox'))) return;
    const { rows } = await pool.query<{ last: string | null }>('select max(position) as last from banyan.outbox');
    const last = rows[0]?.last ?? null;
    if (last === null) return;
    const isSent = async () => (await pool.query('select from banyan.outbox where position <= $1 limit 1', [last])).rowCount === 0;
    await until(isSent, giveUpAt, `Events of "${owner}" are not at the broker yet`);
  }
}

function notHandled(service: string): string {
  return `"${service}" has not handled all events yet`;
}

const openEvents = `
  select exists (
    select from banyan.bus_groups g
    join banyan.bus_group_types t on t.group_id = g.id
    join banyan.bus_cursors c on c.group_id = g.id
    join banyan.events e on e.partition = c.partition and e.type = t.type and e.position > greatest(c.position, t.begins_after) and e.position <= $2
    where g.name = $1 and e.position > (select min(position) from banyan.bus_cursors where group_id = g.id)
  ) as open`;

async function hasTable(pool: Pool, table: string): Promise<boolean> {
  const { rows } = await pool.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
  return rows[0]?.there === true;
}

async function until(holds: () => Promise<boolean>, giveUpAt: number, otherwise: string): Promise<void> {
  for (let pauseMs = lookAgainMs.first; !(await holds()); pauseMs = Math.min(2 * pauseMs, lookAgainMs.last)) {
    if (performance.now() > giveUpAt) throw new Error(otherwise);
    await pause(pauseMs);
  }
}
