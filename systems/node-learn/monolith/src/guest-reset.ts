/** Program: runs the nightly reset of the guest now, once. */
import 'reflect-metadata';
import './utc.ts';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DatabaseModule } from './database/database.module.ts';
import { GuestResetService } from './maintenance/guest-reset.service.ts';
import { MaintenanceModule } from './maintenance/maintenance.module.ts';

@Module({ imports: [DatabaseModule, MaintenanceModule] })
class GuestResetProgram {}

const program = await NestFactory.createApplicationContext(GuestResetProgram, { logger: ['log', 'warn', 'error'] });
try {
  await program.get(GuestResetService).run();
} finally {
  await program.close();
}
