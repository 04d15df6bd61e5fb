/** The question program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createQuestionService } from './question-service.ts';

await runNestService(() => createQuestionService(process.env));
