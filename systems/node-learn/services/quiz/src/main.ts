/** The quiz program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createQuizService } from './quiz-service.ts';

await runNestService(() => createQuizService(process.env));
