/** Jobs nobody asks for over HTTP. */
import { Module } from '@nestjs/common';
import { GuestResetService } from './guest-reset.service.ts';

@Module({ providers: [GuestResetService] })
export class MaintenanceModule {}
