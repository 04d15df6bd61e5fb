/** Writes `openapi.json` anew: `node dist/write-open-api.js`. */
import { writeFileSync } from 'node:fs';
import { openApiText } from './open-api.ts';

writeFileSync(new URL('../openapi.json', import.meta.url), openApiText);
