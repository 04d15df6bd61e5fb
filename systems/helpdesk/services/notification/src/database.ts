/** The service's own database: plain SQL; a mail that is being sent keeps a connection. */
import { ServiceDatabase } from '@banyan/nest';
import { Inject, Injectable } from '@nestjs/common';
import { NOTIFICATION_SETTINGS, type NotificationSettings } from './settings.ts';

@Injectable()
export class Database extends ServiceDatabase {
  constructor(@Inject(NOTIFICATION_SETTINGS) { DATABASE_URL: url }: NotificationSettings) {
    super({ name: 'notification', url, max: 10 });
  }
}
