/** The whole program, without the mailer. */
import { Module } from '@nestjs/common';
import { AdminModule } from './admin/admin.module.ts';
import { AuthModule } from './auth/auth.module.ts';
import { DatabaseModule } from './database/database.module.ts';
import { DocsModule } from './docs/docs.module.ts';
import { EnvironmentModule } from './environment.module.ts';
import { HealthModule } from './health/health.module.ts';
import { ConnectionDrain } from './http/connection-drain.ts';
import { TicketsModule } from './tickets/tickets.module.ts';

@Module({
  imports: [EnvironmentModule, DatabaseModule, AuthModule, TicketsModule, AdminModule, HealthModule, DocsModule],
  providers: [ConnectionDrain],
})
export class AppModule {}
