/** The auth program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createAuthService } from './auth-service.ts';

await runNestService(() => createAuthService(process.env));
