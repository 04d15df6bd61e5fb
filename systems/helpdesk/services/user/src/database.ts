/** The service's own database: one pool, read through Prisma, written in transactions that publish. */
import { ServiceDatabase } from '@banyan/nest';
import { Inject, Injectable } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/schema/client.ts';
import { USER_SETTINGS, type UserSettings } from './settings.ts';

@Injectable()
export class Database extends ServiceDatabase {
  readonly rows: PrismaClient;

  constructor(@Inject(USER_SETTINGS) { DATABASE_URL: url }: UserSettings) {
    super({ name: 'user', url, max: 10 });
    this.rows = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  override async onApplicationShutdown(): Promise<void> {
    await this.rows.$disconnect();
    await super.onApplicationShutdown();
  }
}
