/** Writes `openapi.json`, `asyncapi.json` and `EVENTS.md` anew, and adds the versions of events that are not in `released/`: `node dist/write-documents.js`. */
import { writeContractFolder } from '@banyan/contract/contract-folder';
import { contracts } from './system.ts';

writeContractFolder(new URL('../', import.meta.url), contracts);
