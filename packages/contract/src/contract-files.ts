/** What readers of a system's contracts want to see as files: OpenAPI, AsyncAPI, a page of its events, and each version of an event as it was released. */
import { toAsyncApi } from './async-api.ts';
import { type CatalogueEntry, publishersOf } from './catalogue.ts';
import { type ReleasedEvent, toReleasedEvent } from './compatibility.ts';
import type { Documents } from './docs-page.ts';
import type { EndpointContract } from './endpoint.ts';
import { type ApiDescription, toOpenApi } from './open-api.ts';

export interface SystemContracts {
  /** What the description of the API and that of the events say of themselves. */
  readonly api: ApiDescription;
  readonly messages: ApiDescription;
  /** By the service that answers them, in the order of the documents. */
  readonly endpointsByService: Readonly<Record<string, readonly EndpointContract[]>>;
  readonly events: readonly CatalogueEntry[];
}

export function documentsOfAll({ api, messages, endpointsByService, events }: SystemContracts): Documents {
  return { openapi: toOpenApi(api, Object.values(endpointsByService).flat()), asyncapi: toAsyncApi(messages, events) };
}

/** What one service answers, tells and reads. */
export function documentsOf({ api, messages, endpointsByService, events }: SystemContracts, service: string): Documents {
  const own = events.filter((entry) => publishersOf(entry).includes(service) || entry.consumers.includes(service));
  const title = `${api.title}: ${service}`;
  return {
    openapi: toOpenApi({ ...api, title }, endpointsByService[service] ?? []),
    asyncapi: toAsyncApi({ ...messages, title }, own),
  };
}

/** Texts by their name in the folder of the contracts. */
export interface ContractFiles {
  /** `openapi.json`, `asyncapi.json` and `EVENTS.md`. */
  readonly current: Readonly<Record<string, string>>;
  /** The present version of every event, below `released/`: a promise, and never written over. */
  readonly released: Readonly<Record<string, string>>;
}

export function toContractFiles(contracts: SystemContracts): ContractFiles {
  const { events } = contracts;
  const { openapi, asyncapi } = documentsOfAll(contracts);
  const releases = events.map(({ contract }) => toReleasedEvent(contract));
  return {
    current: {
      'openapi.json': documentToText(openapi),
      'asyncapi.json': documentToText(asyncapi),
      'EVENTS.md': eventsPage(events),
    },
    released: Object.fromEntries(releases.map((release) => [releasedFileName(release), documentToText(release)])),
  };
}

/** The file below `released/` that keeps a version of an event. */
export function releasedFileName({ type, version }: ReleasedEvent): string {
  return `${type}.${version}.json`;
}

/** Who publishes each event, who reads it, and what of it is personal: for people. */
function eventsPage(events: readonly CatalogueEntry[]): string {
  return `# Events

Written from the contracts; \`asyncapi.json\` has the fields. A publisher's outbox tells an event with its row; every reader handles it once, in the order of its key.

| type | version | what has happened | key | published by | read by | personal |
|---|---|---|---|---|---|---|
${events.map(toLine).join('\n')}
`;
}

function toLine(entry: CatalogueEntry): string {
  const { contract, consumers } = entry;
  const { type, version, summary, key, personal = [] } = contract;
  const cells = [
    `\`${type}\``,
    version,
    summary,
    `\`${key}\``,
    publishersOf(entry).join(', ') || 'nobody any more',
    consumers.join(', ') || 'nobody yet',
    personal.join(', ') || '–',
  ];
  return `| ${cells.join(' | ')} |`;
}

const lineMax = 140;

/** As the formatter leaves it: indented, short lists on one line, with a line end at the end. */
function documentToText(document: unknown): string {
  const text = JSON.stringify(document, undefined, 2).replace(/^(.*)\[\n([^[\]{}]*)\n *\](,?)$/gm, (broken, before, items, comma) => {
    const line = `${before}[${items.trim().replaceAll(/,\n */g, ', ')}]${comma}`;
    return line.length <= lineMax ? line : broken;
  });
  return `${text}\n`;
}
