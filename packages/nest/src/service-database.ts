/** The database of a service as a provider: one pool of connections, probed for readiness, ended last of all. */
import { createPool } from '@banyan/service';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

export interface ServiceDatabaseOptions {
  /** The service; names its connections. */
  readonly name: string;
  readonly url: string;
  /** Connections at most. Default 5. */
  readonly max?: number;
}

/** To be extended by a class of the service's own, which knows its settings, and its ORM if it has one. */
@Injectable()
export abstract class ServiceDatabase implements OnApplicationShutdown {
  readonly pool: ReturnType<typeof createPool>;

  constructor({ name, url, max = 5 }: ServiceDatabaseOptions) {
    this.pool = createPool(url, { name, max });
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.pool.query('select 1');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
