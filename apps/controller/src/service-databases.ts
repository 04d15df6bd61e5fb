/** Connections to the databases of services, for looking at what they keep of events and sagas; opened when first needed. */

import { causeText } from '@banyan/migration/errors';
import { Pool } from 'pg';

export interface ServiceDatabase {
  readonly service: string;
  readonly pool: Pool;
}

export interface Answering {
  readonly found: readonly ServiceDatabase[];
  readonly away: readonly Away[];
}

/** A service whose database does not answer. */
export interface Away {
  readonly service: string;
  readonly why: string;
}

export class ServiceDatabases {
  readonly #urls: Readonly<Record<string, string>>;
  readonly #pools = new Map<string, Pool>();

  /** @param urls by name of the service */
  constructor(urls: Readonly<Record<string, string>>) {
    this.#urls = urls;
  }

  /** Those that have the table, by name of the service; one that does not answer rejects. */
  async having(table: string): Promise<readonly ServiceDatabase[]> {
    return (await Promise.all(Object.keys(this.#urls).map((service) => this.#ifHaving(service, table)))).flat();
  }

  /** As `having`, for whoever wants the others although one does not answer. */
  async answering(table: string): Promise<Answering> {
    const asked = await Promise.all(
      Object.keys(this.#urls).map(async (service) => {
        try {
          return { found: await this.#ifHaving(service, table) };
        } catch (error) {
          return { away: { service, why: causeText(error) } };
        }
      }),
    );
    return { found: asked.flatMap(({ found }) => found ?? []), away: asked.flatMap(({ away }) => away ?? []) };
  }

  /** Undefined when there is no such service. */
  of(service: string): Pool | undefined {
    return this.#urls[service] === undefined ? undefined : this.#poolOf(service);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }

  async #ifHaving(service: string, table: string): Promise<ServiceDatabase[]> {
    const pool = this.#poolOf(service);
    const { rows } = await pool.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
    return rows[0]?.there === true ? [{ service, pool }] : [];
  }

  #poolOf(service: string): Pool {
    const known = this.#pools.get(service);
    if (known !== undefined) return known;
    const url = this.#urls[service];
    const pool = new Pool({
      ...(url === undefined ? {} : { connectionString: url }),
      application_name: 'banyan controller',
      max: 4,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      query_timeout: 10_000,
    });
    pool.on('error', () => {}); // the next query connects again, or says why not
    this.#pools.set(service, pool);
    return pool;
  }
}
