/** The notification program: sends mails until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createNotificationService } from './notification-service.ts';

await runNestService(() => createNotificationService(process.env));
