/** The bridge program: writes until SIGTERM or SIGINT, then drains. */
import { runNestService } from '@banyan/nest';
import { createBridgeService } from './bridge-service.ts';

await runNestService(() => createBridgeService(process.env));
