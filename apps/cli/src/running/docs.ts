/** The documents of a system's contracts, written down for the gateway to show. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentsOfAll, type SystemContracts } from '@banyan/contract/contract-files';
import { toDocsPage } from '@banyan/contract/docs-page';

/** Answers the folder. */
export function writeDocs(directory: string, contracts: SystemContracts): string {
  const documents = documentsOfAll(contracts);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.html'), toDocsPage(documents));
  for (const name of ['openapi', 'asyncapi'] as const) writeFileSync(join(directory, `${name}.json`), JSON.stringify(documents[name]));
  return directory;
}
