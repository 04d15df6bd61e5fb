/** The maintenance program: looks at the clock until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createMaintenanceService } from './maintenance-service.ts';

await runNestService(() => createMaintenanceService(process.env));
