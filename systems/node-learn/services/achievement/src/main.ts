/** The achievement program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createAchievementService } from './achievement-service.ts';

await runNestService(() => createAchievementService(process.env));
