/** Program: serves Node-Learn's page and hands /api on to the gateway, until SIGTERM or SIGINT. */
import { fileURLToPath } from 'node:url';
import { runWebProgram } from '@banyan/web/program';

await runWebProgram({ pageFolder: fileURLToPath(new URL('../page', import.meta.url)), api: 'forwarded' });
