/** The service's own database: plain SQL; no table of the product is in it. */
import { ServiceDatabase } from '@banyan/nest';
import { Inject, Injectable } from '@nestjs/common';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

@Injectable()
export class Database extends ServiceDatabase {
  constructor(@Inject(ADMIN_SETTINGS) { DATABASE_URL: url }: AdminSettings) {
    super({ name: 'admin', url });
  }
}
