/** The leaderboard program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createLeaderboardService } from './leaderboard-service.ts';

await runNestService(() => createLeaderboardService(process.env));
