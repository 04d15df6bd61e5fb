/** Writes `openapi.json`, `asyncapi.json` and `EVENTS.md` anew, and adds the versions of events that are not in `released/`: `node dist/write-documents.js`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { asyncApiDocument, currentEvents, documentToText, eventsPage, openApiDocument, releasedFileName } from './documents.ts';

const folder = new URL('../', import.meta.url);
writeFileSync(new URL('openapi.json', folder), documentToText(openApiDocument));
writeFileSync(new URL('asyncapi.json', folder), documentToText(asyncApiDocument));
writeFileSync(new URL('EVENTS.md', folder), eventsPage);

mkdirSync(new URL('released/', folder), { recursive: true });
for (const event of currentEvents) {
  const file = new URL(`released/${releasedFileName(event)}`, folder);
  // What is released is a promise: it is never written over, and the flag refuses it even when the look before was wrong.
  if (!existsSync(file)) writeFileSync(file, documentToText(event), { flag: 'wx' });
}
