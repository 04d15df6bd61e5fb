/** The ticket program: serves until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createTicketService } from './ticket-service.ts';

await runNestService(() => createTicketService(process.env));
