/** Sagas of all services, for an operator: lists, histories, and what is asked of one that is stuck. */

import { setTimeout as delay } from 'node:timers/promises';
import type { ControlStore } from '@banyan/migration/control-store';
import {
  createPostgresSagaStore,
  type OperatorRequest,
  type SagaFilter,
  type SagaState,
  type SagaStore,
  type StoredSaga,
} from '@banyan/saga';
import type { Pool } from 'pg';
import { audited } from './audited.ts';
import { ControllerError } from './errors.ts';
import type { ServiceDatabases } from './service-databases.ts';

export interface ServiceSaga extends StoredSaga {
  readonly service: string;
}

export interface SagaCount {
  readonly service: string;
  readonly name: string;
  readonly state: SagaState;
  readonly count: number;
  /** Milliseconds from start to end, of those that ended within the last hour; null when none did. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export async function countSagas(databases: ServiceDatabases): Promise<readonly SagaCount[]> {
  const found = await databases.having('banyan.sagas');
  const counts = await Promise.all(
    found.map(async ({ service, pool }) => {
      const { rows } = await pool.query<Omit<SagaCount, 'service'>>(
        `select name, state, count(*)::int as count, percentile_cont(0.5) within group (order by took) as "p50Ms", percentile_cont(0.99) within group (order by took) as "p99Ms"
         from (select name, state, case when ended_at > now() - interval '1 hour' then extract(epoch from ended_at - started_at) * 1000 end::float8 as took from banyan.sagas) s
         group by name, state order by name, state`,
      );
      return rows.map((row) => ({ service, ...row }));
    }),
  );
  return counts.flat();
}

/** The youngest first. */
export async function listSagas(databases: ServiceDatabases, filter: SagaFilter): Promise<readonly ServiceSaga[]> {
  const found = await Promise.all(
    (await stores(databases)).map(async ({ service, store }) => (await store.find(filter)).map((saga) => ({ service, ...saga }))),
  );
  return found.flat().toSorted((one, other) => other.startedAt.localeCompare(one.startedAt));
}

/** With its records. Throws CONTROLLER_SAGA_UNKNOWN. */
export async function showSaga(databases: ServiceDatabases, id: string): Promise<ServiceSaga> {
  const [found] = await listSagas(databases, { ids: [id], withRecords: true });
  if (found === undefined) throw new ControllerError('CONTROLLER_SAGA_UNKNOWN', `No service has a saga ${id}.`);
  return found;
}

const statesOf: Readonly<Record<OperatorRequest['action'], readonly SagaState[]>> = {
  retry: ['needs-operator'],
  skip: ['needs-operator'],
  edit: ['running', 'needs-operator'],
  compensate: ['running', 'needs-operator'],
};

/** Leaves the request with the saga; the process that runs it answers soon after. Throws CONTROLLER_SAGA_UNKNOWN, CONTROLLER_SAGA_REFUSED. */
export async function askSaga(databases: ServiceDatabases, id: string, request: OperatorRequest): Promise<ServiceSaga> {
  const saga = await showSaga(databases, id);
  const store = (await stores(databases)).find(({ service }) => service === saga.service)?.store;
  if ((await store?.request(id, request, statesOf[request.action])) === true) return saga;
  const why = saga.request === undefined ? `it is ${saga.state}` : `${saga.request.by} has already asked for "${saga.request.action}"`;
  throw new ControllerError('CONTROLLER_SAGA_REFUSED', `Saga ${id} of ${saga.service} cannot be asked for "${request.action}": ${why}.`);
}

export interface SagaDesk {
  readonly services: ServiceDatabases;
  readonly store: Pick<ControlStore, 'addAudit'>;
}

export interface SagaAnswer {
  /** `declined`: the saga had moved on, has passed its point of no return, or cannot have this input; `unanswered`: nobody runs it at the moment, the request stays with it. */
  readonly answer: 'carried-out' | 'declined' | 'unanswered';
  /** At the end of the look; `running` and `undoing` go on by themselves. */
  readonly state: SagaState;
  readonly reason?: string;
}

const answerWithinMs = 10_000;
const lookEveryMs = 100;

/** Asks, and looks on until the saga rests again; who asked, why, and what came of it are audited. Throws CONTROLLER_SAGA_UNKNOWN, CONTROLLER_SAGA_REFUSED. */
export async function orderSaga(
  { services, store }: SagaDesk,
  id: string,
  request: OperatorRequest,
  signal: AbortSignal,
): Promise<SagaAnswer & { readonly done: true; readonly message: string }> {
  const before = await showSaga(services, id);
  const { service, name, key, state } = before;
  const { by: actor, reason, action } = request;
  const detail = { id, name, key, state, ...given(request) };
  const answer = await audited(store, { actor, reason, action: `saga ${action}`, service, detail }, async () => {
    await askSaga(services, id, request);
    return untilAnswered(services, before, request, signal);
  });
  return { done: true, ...answer, message: `${name} ${key} of ${service}: ${answerText(action, answer)}` };
}

function given({ input, result }: OperatorRequest): Readonly<Record<string, unknown>> {
  return { ...(input === undefined ? {} : { input }), ...(result === undefined ? {} : { result }) };
}

async function untilAnswered(
  databases: ServiceDatabases,
  before: ServiceSaga,
  { by }: OperatorRequest,
  signal: AbortSignal,
): Promise<SagaAnswer> {
  const giveUpAt = performance.now() + answerWithinMs;
  for (;;) {
    const { request, records, state, reason } = await showSaga(databases, before.id);
    const isCarriedOut = records.slice(before.records.length).some(({ content }) => content?.by === by);
    const answer = request !== undefined ? 'unanswered' : isCarriedOut ? 'carried-out' : 'declined';
    const isOver = answer === 'declined' || (answer === 'carried-out' && state !== 'running' && state !== 'undoing');
    if (isOver || signal.aborted || performance.now() > giveUpAt) return { answer, state, ...(reason === undefined ? {} : { reason }) };
    await delay(lookEveryMs);
  }
}

function answerText(action: OperatorRequest['action'], { answer, state, reason }: SagaAnswer): string {
  const why = reason === undefined || state === 'completed' ? '' : ` (${reason})`;
  if (answer === 'carried-out') return `"${action}" is done; it is ${state}${why}.`;
  if (answer === 'declined')
    return `"${action}" could not be done: it has moved on, passed its point of no return, or cannot have this input; it is ${state}${why}.`;
  return `"${action}" is stored with it; no program has taken it up yet, and the first that runs it does.`;
}

async function stores(databases: ServiceDatabases): Promise<readonly { readonly service: string; readonly store: SagaStore }[]> {
  return (await databases.having('banyan.sagas')).map(({ service, pool }) => ({ service, store: sagaStoreOn(pool) }));
}

const storesByPool = new WeakMap<Pool, SagaStore>();

/** One for each pool: a store listens to the pool it is made on for as long as that lives. */
export function sagaStoreOn(pool: Pool): SagaStore {
  const store = storesByPool.get(pool) ?? createPostgresSagaStore({ pool });
  storesByPool.set(pool, store);
  return store;
}
