/** The service's own database: read through Prisma, written in transactions that publish; with connections of their own for what sagas remember. */
import { ServiceDatabase } from '@banyan/nest';
import { createPool } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/schema/client.ts';
import { USER_SETTINGS, type UserSettings } from './settings.ts';

@Injectable()
export class Database extends ServiceDatabase {
  readonly rows: PrismaClient;
  readonly sagaPool: Database['pool'];

  constructor(@Inject(USER_SETTINGS) { DATABASE_URL: url }: UserSettings) {
    super({ name: 'user', url, max: 10 });
    this.sagaPool = createPool(url, { name: 'user sagas', max: 3 });
    this.rows = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  override async onApplicationShutdown(): Promise<void> {
    await this.rows.$disconnect();
    await this.sagaPool.end();
    await super.onApplicationShutdown();
  }
}
