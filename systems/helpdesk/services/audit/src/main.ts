/** The audit program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createAuditService } from './audit-service.ts';

await runNestService(() => createAuditService(process.env));
