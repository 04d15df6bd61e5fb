/** Program: serves Helpdesk's page, which asks the gateway itself, until SIGTERM or SIGINT. */
import { fileURLToPath } from 'node:url';
import { runWebProgram } from '@banyan/web/program';

await runWebProgram({ pageFolder: fileURLToPath(new URL('../page', import.meta.url)), api: 'direct' });
