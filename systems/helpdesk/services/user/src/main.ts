/** The user program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createUserService } from './user-service.ts';

await runNestService(() => createUserService(process.env));
