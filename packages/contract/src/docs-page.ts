/** A page that shows an OpenAPI and an AsyncAPI document to people: every endpoint and event, who may call or reads it, and its schemas. Plain HTML, no script. */
import type { AsyncApiDocument } from './async-api.ts';
import type { OpenApiDocument } from './open-api.ts';

export interface Documents {
  readonly openapi: OpenApiDocument;
  readonly asyncapi: AsyncApiDocument;
}

export interface DocsAnswer {
  /** Media type of the body. */
  readonly type: string;
  readonly body: string;
}

/** What is at `/docs` and below it; undefined for any other path. */
export function answerDocs(path: string, documents: () => Documents): DocsAnswer | undefined {
  if (path === '/docs/openapi.json') return { type: 'application/json', body: JSON.stringify(documents().openapi) };
  if (path === '/docs/asyncapi.json') return { type: 'application/json', body: JSON.stringify(documents().asyncapi) };
  if (path === '/docs' || path === '/docs/') return { type: 'text/html; charset=utf-8', body: toDocsPage(documents()) };
  return undefined;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
  readonly 'x-caller': string;
  readonly 'x-effect'?: { readonly reads: readonly string[]; readonly writes: readonly string[] };
}

interface Message {
  readonly title: string;
  readonly summary: string;
  readonly payload: { readonly properties?: { readonly data?: unknown } };
  readonly 'x-key': string;
  readonly 'x-personal'?: readonly string[];
}

interface Direction {
  readonly action: 'send' | 'receive';
  readonly channel: { readonly $ref: string };
  readonly 'x-program': string;
}

export function toDocsPage({ openapi, asyncapi }: Documents): string {
  const { title, description } = openapi['info'] as { readonly title: string; readonly description: string };
  const paths = Object.entries(openapi['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>);
  const endpoints = paths.flatMap(([path, operations]) => Object.entries(operations).map(([method, one]) => endpointOf(method, path, one)));
  const { messages } = asyncapi['components'] as { readonly messages: Readonly<Record<string, Message>> };
  const directions = Object.values(asyncapi['operations'] as Readonly<Record<string, Direction>>);
  const events = Object.entries(messages).map(([type, message]) => eventOf(type, message, directions));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}: contracts</title>
<style>${style}</style>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(description)} For tools: <a href="/docs/openapi.json">OpenAPI 3.1</a>, <a href="/docs/asyncapi.json">AsyncAPI 3.0</a>.</p>
<nav><a href="#endpoints">${endpoints.length} endpoints</a> <a href="#events">${events.length} events</a></nav>
<h2 id="endpoints">Endpoints</h2>
${endpoints.join('\n') || '<p>None for clients.</p>'}
<h2 id="events">Events</h2>
${events.join('\n') || '<p>None.</p>'}
</main>
</html>
`;
}

function endpointOf(method: string, path: string, operation: Operation): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const { reads = [], writes = [] } = operation['x-effect'] ?? {};
  const effects = [...reads.map((table) => `reads ${table}`), ...writes.map((table) => `writes ${table}`)].join(', ');
  const answers = Object.entries(responses).map(([status, response]) => part(`${status} ${response.description}`, response.content));
  return `<details id="${escaped(operationId)}"><summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${escaped(path)}</code> <span>${escaped(summary)}</span></summary>
<p>For ${escaped(operation['x-caller'])}${effects === '' ? '' : `; ${escaped(effects)}`}.</p>
${parameters.map((one) => part(`${one.name} in the ${one.in}`, one.schema)).join('')}${requestBody === undefined ? '' : part('Body', requestBody.content)}${answers.join('')}</details>`;
}

function eventOf(type: string, message: Message, directions: readonly Direction[]): string {
  const programs = (action: Direction['action']) =>
    directions.filter((one) => one.action === action && one.channel.$ref.endsWith(`/${type}`)).map((one) => one['x-program']);
  const personal = message['x-personal'] ?? [];
  return `<details id="${escaped(type)}"><summary><code>${escaped(message.title)}</code> <span>${escaped(message.summary)}</span></summary>
<p>Published by ${escaped(programs('send').join(', ') || 'nobody any more')}, read by ${escaped(programs('receive').join(', ') || 'nobody yet')}; ordered by <code>${escaped(message['x-key'])}</code>${personal.length === 0 ? '' : `; personal: ${escaped(personal.join(', '))}`}.</p>
${part('Data', message.payload.properties?.data)}</details>`;
}

function part(name: string, content: unknown): string {
  return `<h3>${escaped(name)}</h3>${content === undefined ? '' : `<pre tabindex="0">${escaped(JSON.stringify(content, undefined, 2))}</pre>`}`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]!);
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
nav a { margin-right: 1rem; }
details { border: 1px solid #8886; border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; }
summary span:last-child { color: light-dark(#555, #aaa); margin-left: .5rem; }
.method { display: inline-block; min-width: 4.5rem; text-align: center; border-radius: 4px; font-weight: 600; font-size: .8rem; color: #fff; background: #555; }
.get { background: #1a5f9e; } .post { background: #136c4b; } .put, .patch { background: #855a00; } .delete { background: #a12727; }
h3 { font-size: .95rem; margin: .8rem 0 .2rem; }
pre { overflow: auto; max-height: 24rem; padding: .6rem; border-radius: 4px; background: #8882; font-size: .8rem; }
`;
