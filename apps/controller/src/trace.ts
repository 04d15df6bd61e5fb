/** What followed from one request: itself, the events of its correlation id, who handled them, and the sagas they belong to, in the order of time. */

import type { EventEnvelope } from '@banyan/contract';
import type { EventLog } from '@banyan/event-store';
import type { AnsweredRequest } from '@banyan/gateway';
import { programOf } from './event-rates.ts';
import { sagaStoreOn } from './sagas.ts';
import type { ServiceDatabase, ServiceDatabases } from './service-databases.ts';

export interface Trace {
  readonly correlationId: string;
  readonly entries: readonly TraceEntry[];
  /** Events that are committed and not yet at the broker, and those that are set aside: the story goes on. */
  readonly open: number;
}

export interface TraceEntry {
  /** ISO 8601 UTC; clock of the gateway for requests, of the program for publishing, of the database for the rest. */
  readonly at: string;
  readonly program: string;
  readonly kind: 'request' | 'saga' | 'published' | 'handled' | 'set-aside' | 'waiting';
  /** `answer.submitted`, `record done`. */
  readonly what: string;
  readonly detail: string;
}

export interface TraceSources {
  readonly databases: ServiceDatabases;
  /** Undefined in a system without events. */
  readonly log: Pick<EventLog, 'find'> | undefined;
  /** What gateways still know of a trace id; they keep the latest requests. */
  readonly requests: (traceId: string) => Promise<readonly AnsweredRequest[]>;
}

export async function traceCorrelation({ databases, log, requests }: TraceSources, correlationId: string): Promise<Trace> {
  const published = (await log?.find({ correlationId }))?.map(({ event }) => event) ?? [];
  const waiting = await inEach(databases, 'banyan.outbox', (database) => waitingEvents(database, correlationId));
  const types = new Map([...published, ...waiting.map(({ event }) => event)].map((event) => [event.id, event]));
  const handled = await inEach(databases, 'banyan.inbox', (database) => handledEvents(database, types));
  const sagas = await inEach(databases, 'banyan.sagas', (database) => sagaSteps(database, correlationId));
  const entries = [
    ...(await requests(correlationId)).map(requestEntry),
    ...published.map((event) => entryOf(event, 'published')),
    ...waiting.map(({ event }) => entryOf(event, 'waiting')),
    ...handled,
    ...sagas,
  ];
  return {
    correlationId,
    entries: entries.toSorted((one, other) => one.at.localeCompare(other.at)),
    open: waiting.length + handled.filter(({ kind }) => kind === 'set-aside').length,
  };
}

async function inEach<Found>(
  databases: ServiceDatabases,
  table: string,
  look: (database: ServiceDatabase) => Promise<readonly Found[]>,
): Promise<Found[]> {
  return (await Promise.all((await databases.having(table)).map(look))).flat();
}

function requestEntry({ atMs, method, path, upstream, status, ms }: AnsweredRequest): TraceEntry {
  const outcome = status === 0 ? 'gave no whole answer' : `answered ${status}`;
  return {
    at: new Date(atMs).toISOString(),
    program: 'gateway',
    kind: 'request',
    what: `${method} ${path}`,
    detail: `${upstream} ${outcome} after ${Math.round(ms)} ms`,
  };
}

function entryOf(event: EventEnvelope, kind: 'published' | 'waiting'): TraceEntry {
  return {
    at: event.time,
    program: programOf(event.source),
    kind,
    what: event.type,
    detail: `${event.partitionkey} #${Number(event.sequence)}`,
  };
}

async function waitingEvents({ pool }: ServiceDatabase, correlationId: string): Promise<{ readonly event: EventEnvelope }[]> {
  const { rows } = await pool.query<{ event: EventEnvelope }>(
    `select envelope::json as event from banyan.outbox where envelope::json ->> 'correlationid' = $1 order by position limit 1000`,
    [correlationId],
  );
  return rows;
}

async function handledEvents({ service, pool }: ServiceDatabase, events: ReadonlyMap<string, EventEnvelope>): Promise<TraceEntry[]> {
  const { rows } = await pool.query<{ id: string; status: string; at: Date }>(
    `select event_id as id, status, noted_at as at from banyan.inbox where generation = 0 and event_id = any($1)`,
    [[...events.keys()]],
  );
  return rows.map(({ id, status, at }) => ({
    at: at.toISOString(),
    program: service,
    kind: status === 'set-aside' ? 'set-aside' : 'handled',
    what: events.get(id)?.type ?? id,
    detail: status,
  }));
}

async function sagaSteps({ service, pool }: ServiceDatabase, correlationId: string): Promise<TraceEntry[]> {
  const { rows } = await pool.query<{ id: string }>('select id from banyan.sagas where correlation_id = $1 order by started_at limit 100', [
    correlationId,
  ]);
  const sagas = await sagaStoreOn(pool).find({ ids: rows.map(({ id }) => id), withRecords: true });
  return sagas.flatMap(({ name, startedAt, state, endedAt, marks, records, reason }) => [
    { at: startedAt, program: service, kind: 'saga' as const, what: `${name} begins`, detail: '' },
    ...records.map(({ at, kind, step }) => ({ at, program: service, kind: 'saga' as const, what: `${step ?? name} ${kind}`, detail: '' })),
    ...(endedAt === undefined
      ? []
      : [
          {
            at: endedAt,
            program: service,
            kind: 'saga' as const,
            what: `${name} is ${state}`,
            detail: [...marks, reason ?? ''].filter(Boolean).join(', '),
          },
        ]),
  ]);
}
