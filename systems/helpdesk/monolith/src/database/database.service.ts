/** The Prisma client of the program. */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../environment.ts';
import { PrismaClient } from '../generated/schema/client.ts';
import { createAdapter } from './adapter.ts';

@Injectable()
export class DatabaseService extends PrismaClient implements OnModuleDestroy {
  constructor(@Inject(ENVIRONMENT) { databaseUrl }: Environment) {
    super({ adapter: createAdapter(databaseUrl) });
  }

  async onModuleDestroy(): Promise<void> {
    await this.$disconnect();
  }
}
