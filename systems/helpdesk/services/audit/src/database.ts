/** The service's own database: plain SQL. */
import { ServiceDatabase } from '@banyan/nest';
import { Inject, Injectable } from '@nestjs/common';
import { AUDIT_SETTINGS, type AuditSettings } from './settings.ts';

@Injectable()
export class Database extends ServiceDatabase {
  constructor(@Inject(AUDIT_SETTINGS) { DATABASE_URL: url }: AuditSettings) {
    super({ name: 'audit', url, max: 10 });
  }
}
