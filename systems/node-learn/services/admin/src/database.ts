/** The service's own database: plain SQL, who has asked for what. */
import { createPool } from '@banyan/service';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

@Injectable()
export class Database implements OnApplicationShutdown {
  readonly pool: Pool;

  constructor(@Inject(ADMIN_SETTINGS) { DATABASE_URL }: AdminSettings) {
    this.pool = createPool(DATABASE_URL, { name: 'admin', max: 5 });
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.pool.query('select 1');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
