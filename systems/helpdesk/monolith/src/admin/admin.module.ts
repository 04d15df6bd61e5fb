/** Administration. */
import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { AdminController } from './admin.controller.ts';
import { AdminService } from './admin.service.ts';

@Module({ imports: [AuditModule], controllers: [AdminController], providers: [AdminService] })
export class AdminModule {}
