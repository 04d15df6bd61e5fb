// Program: runs the suite against a system that is up.
import { runAcceptanceProgram } from '@banyan/proof';
import { exemptions } from './exemptions.ts';
import { scenarios } from './index.ts';

await runAcceptanceProgram({ scenarios, exemptions, required: ['mailUrl'] });
