/** Asks another service on its internal port, with a token that says who asks. */
import { traceHeaders } from '@banyan/telemetry';
import type { SnapshotPage } from './snapshot.ts';

export interface AnswerOfService {
  readonly status: number;
  readonly body: unknown;
}

export interface AskedService {
  /** The service that is asked, for whom the token is. */
  readonly service: string;
  /** Of its internal port. */
  readonly url: string;
  readonly timeoutMs: number;
  /** As `createServiceTokens()` of identity. */
  readonly tokens: { issue(audience: string): Promise<string> };
}

/** A request that changes something. */
export interface Change {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON; undefined sends none. */
  readonly body?: unknown;
  /** The same for every attempt. */
  readonly idempotencyKey: string;
}

/** Rejects when it does not answer within the time, or with anything that is not JSON. */
export async function askService(
  path: string,
  { service, url, timeoutMs, tokens }: AskedService,
  change?: Change,
): Promise<AnswerOfService> {
  const content = change?.body === undefined ? {} : { body: JSON.stringify(change.body) };
  const response = await fetch(new URL(path, url), {
    ...(change === undefined ? {} : { method: change.method, ...content }),
    headers: {
      ...traceHeaders(),
      ...(change === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': change.idempotencyKey }),
      authorization: `Bearer ${await tokens.issue(service)}`,
    },
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, body: await response.json() };
}

/** Rejects for every answer but 200 as well. Parameters that are empty are left out. */
export async function readFromService(path: string, parameters: Readonly<Record<string, string>>, asked: AskedService): Promise<unknown> {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  const { status, body } = await askService(query === '' ? path : `${path}?${query}`, asked);
  if (status !== 200) throw new Error(`${asked.service} answered ${status} to ${path}`);
  return body;
}

/** Keeps of each entry what the copy keeps. */
export interface PageSchema {
  parse(body: unknown): { readonly entries: SnapshotPage['entries']; readonly next?: string | undefined };
}

/** The page after a key ('' for the first) of what a service shows of its rows to those who keep a copy. Rejects as readFromService(), and for what the schema refuses. */
export async function readPageFromService(path: string, after: string, schema: PageSchema, asked: AskedService): Promise<SnapshotPage> {
  const { entries, next } = schema.parse(await readFromService(path, { after }, asked));
  return next === undefined ? { entries } : { entries, next };
}
