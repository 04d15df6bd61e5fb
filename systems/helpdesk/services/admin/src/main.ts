/** The admin program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createAdminService } from './admin-service.ts';

await runNestService(() => createAdminService(process.env));
