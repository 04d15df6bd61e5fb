/** The service's own database, read through Prisma. */
import { ServiceDatabase } from '@banyan/nest';
import { Inject, Injectable } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/schema/client.ts';
import { TICKET_SETTINGS, type TicketSettings } from './settings.ts';

@Injectable()
export class Database extends ServiceDatabase {
  readonly rows: PrismaClient;

  constructor(@Inject(TICKET_SETTINGS) { DATABASE_URL: url }: TicketSettings) {
    super({ name: 'ticket', url, max: 10 });
    this.rows = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  override async onApplicationShutdown(): Promise<void> {
    await this.rows.$disconnect();
    await super.onApplicationShutdown();
  }
}
