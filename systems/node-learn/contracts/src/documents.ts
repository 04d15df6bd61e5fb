/** What readers of the contracts want to see as files: OpenAPI, AsyncAPI, and each version of an event as it was released. */
import { type CatalogueEntry, type ReleasedEvent, toAsyncApi, toOpenApi, toReleasedEvent } from '@banyan/contract';
import { endpoints } from './endpoints.ts';
import { events } from './events.ts';

export const openApiDocument = toOpenApi(
  {
    title: 'Node-Learn',
    version: '1.0.0',
    description: 'Endpoints that have a contract, as every program that serves them must answer.',
  },
  endpoints,
);

export const asyncApiDocument = toAsyncApi(
  { title: 'Node-Learn', version: '1.0.0', description: 'What happens in Node-Learn: who tells it, who reads it, and ordered by what.' },
  events,
);

/** Who publishes each event, who reads it, and what of it is personal: for people. */
export const eventsPage = `# Events

Written from the contracts; \`asyncapi.json\` has the fields. A publisher's outbox tells an event with its row; every reader handles it once, in the order of its key.

| type | version | what has happened | key | published by | read by | personal |
|---|---|---|---|---|---|---|
${events.map(toLine).join('\n')}
`;

function toLine({ contract, publisher, consumers }: CatalogueEntry): string {
  const { type, version, summary, key, personal = [] } = contract;
  const cells = [
    `\`${type}\``,
    version,
    summary,
    `\`${key}\``,
    publisher ?? 'nobody any more',
    consumers.join(', ') || 'nobody yet',
    personal.join(', ') || '–',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The present version of every event. */
export const currentEvents: readonly ReleasedEvent[] = events.map(({ contract }) => toReleasedEvent(contract));

/** The file below `released/` that keeps a version of an event. */
export function releasedFileName({ type, version }: ReleasedEvent): string {
  return `${type}.${version}.json`;
}

const lineMax = 140;

/** As kept in files and as the formatter leaves it: indented, short lists on one line, with a line end at the end. */
export function documentToText(document: unknown): string {
  const text = JSON.stringify(document, undefined, 2).replace(/^(.*)\[\n([^[\]{}]*)\n *\](,?)$/gm, (broken, before, items, comma) => {
    const line = `${before}[${items.trim().replaceAll(/,\n */g, ', ')}]${comma}`;
    return line.length <= lineMax ? line : broken;
  });
  return `${text}\n`;
}
