/** The service's own database. */
import { createPool } from '@banyan/service';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { MAINTENANCE_SETTINGS, type MaintenanceSettings } from './settings.ts';

@Injectable()
export class Database implements OnApplicationShutdown {
  readonly pool: Pool;

  constructor(@Inject(MAINTENANCE_SETTINGS) { DATABASE_URL }: MaintenanceSettings) {
    this.pool = createPool(DATABASE_URL, { name: 'maintenance', max: 5, statementTimeoutMs: 5_000 });
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.pool.query('select 1');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
