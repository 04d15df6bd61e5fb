/** Tickets. */
import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { EmailModule } from '../email/email.module.ts';
import { CommentsService } from './comments.service.ts';
import { TicketsController } from './tickets.controller.ts';
import { TicketsService } from './tickets.service.ts';

@Module({ imports: [AuditModule, EmailModule], controllers: [TicketsController], providers: [TicketsService, CommentsService] })
export class TicketsModule {}
