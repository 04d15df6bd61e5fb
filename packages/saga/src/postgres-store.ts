/** Sagas in PostgreSQL: one statement per group of records, row locks for leases, nothing shared across a commit. */
import type { Pool } from 'pg';
import { SagaError } from './errors.ts';
import { claimStatement, eventsAtStatement, requestedStatement, straysStatement } from './postgres/claim.ts';
import { toFind } from './postgres/find.ts';
import { type FoundRow, toClaimedSaga, toStoredSaga } from './postgres/rows.ts';
import { type Statement, toWriteValues, type WriteAnswer, writeStatement } from './postgres/write.ts';
import type { OperatorRequest, SagaStore, Wanted } from './store.ts';

export interface PostgresSagaStoreOptions {
  /** At least four connections; not used for local steps. */
  readonly pool: Pool;
  /** How long an event is kept for a saga that may come to wait for it. Default one day. */
  readonly eventsKeptMs?: number;
  /** How long a saga is kept after its end; its key can be used again afterwards. Default 30 days. */
  readonly endedKeptMs?: number;
  /**
   * After the record of a local step its transaction is ended by the server when it is idle for longer, so that a paused process holds nobody up.
   * Default 2,000. The action itself is covered by the same setting of the pool that local steps use.
   */
  readonly idleInTransactionMs?: number;
}

const dayMs = 86_400_000;
const pruneMax = 1_000;

/** Needs what `installSagas` installs. */
export function createPostgresSagaStore(options: PostgresSagaStoreOptions): SagaStore {
  const { pool, eventsKeptMs = dayMs, endedKeptMs = 30 * dayMs, idleInTransactionMs = 2_000 } = options;
  // A connection that ends between two statements is told by the next one. The pool's own listener is off while a connection changes hands.
  pool.on('connect', (client) => client.on('error', () => {}));
  const ask = async <Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> =>
    (await pool.query({ ...statement, values: [...values] })).rows as Row[];

  const store: SagaStore = {
    lease: async ({ token, holder, forMs }) => {
      if (token !== undefined && forMs === 0) {
        await giveUp(pool, 'token = $1', [token], 0);
        return undefined;
      }
      const [lease] = await ask<{ token: string; isAlone: boolean; hasExpired: boolean }>(
        token === undefined ? takeLease : renewLease,
        token === undefined ? [holder, forMs] : [token, forMs],
      );
      if (lease?.hasExpired === true) await giveUp(pool, 'expires_at < clock_timestamp()', [], 1);
      return lease === undefined ? undefined : { token: lease.token, isAlone: lease.isAlone };
    },

    write: async (token, checkpoints, session) => {
      const values = toWriteValues(token, checkpoints, session === undefined ? undefined : idleInTransactionMs);
      const rows =
        session === undefined
          ? await ask<WriteRow>(writeStatement, values)
          : (await session.query<WriteRow>(writeStatement.text, values)).rows;
      const { alive = false, written } = rows[0]?.answer ?? {};
      if (token !== undefined && !alive) throw new SagaError('SAGA_FENCED', `Lease ${token} is lost.`);
      return new Set(written);
    },

    claim: async (token, { max, sagas, events, strandedAfterMs }) => {
      const kept = 'keptWithinMs' in events ? events.keptWithinMs : null;
      if (kept !== null && kept > eventsKeptMs) await prune(pool, eventsKeptMs, endedKeptMs);
      const requested = ask<{ id: string; request: OperatorRequest }>(requestedStatement, [token]);
      requested.catch(() => {}); // awaited below, unless the claim fails first
      const { statement, where } = toClaim(events);
      const rows = max === 0 ? [] : await ask<FoundRow>(statement, [token, max, sagas, strandedAfterMs, where]);
      return { sagas: rows.map(toClaimedSaga), requests: await requested };
    },

    find: async (filter) => {
      const { statement, values } = toFind(filter);
      return (await ask<FoundRow>(statement, values)).map(toStoredSaga);
    },

    keep: async (session, events) => {
      await session.query(keepEvents, [JSON.stringify(events)]);
    },

    request: async (id, request, states) => (await ask(leaveRequest, [id, JSON.stringify(request), states])).length > 0,
  };
  return store;
}

function toClaim(events: Wanted['events']): { readonly statement: Statement; readonly where: unknown } {
  if ('keptWithinMs' in events) return { statement: eventsAtStatement, where: events.keptWithinMs };
  if ('underWay' in events) return { statement: straysStatement, where: JSON.stringify(events) };
  return { statement: claimStatement, where: JSON.stringify(events) };
}

interface WriteRow {
  readonly answer: WriteAnswer;
}

const leaseFacts = `token::text as token,
    not exists (select from banyan.saga_leases other where other.token <> lease.token) as "isAlone",
    exists (select from banyan.saga_leases other where other.expires_at < clock_timestamp()) as "hasExpired"`;

const takeLease: Statement = {
  name: 'banyan-saga-take-lease',
  text: `with lease as (
      insert into banyan.saga_leases (holder, expires_at) values ($1, clock_timestamp() + $2::double precision * interval '1 ms') returning token)
    select ${leaseFacts} from lease`,
};

const renewLease: Statement = {
  name: 'banyan-saga-renew-lease',
  text: `with lease as (
      update banyan.saga_leases set expires_at = clock_timestamp() + $2::double precision * interval '1 ms' where token = $1 returning token)
    select ${leaseFacts.replace('other.expires_at', 'other.token <> lease.token and other.expires_at')} from lease`,
};

/**
 * Deletes leases and frees what they owned. Two statements: the second sees everything that was written under them, because the first has waited
 * for, or left out, those that are writing.
 */
async function giveUp(pool: Pool, condition: string, values: readonly unknown[], takenOver: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('set local idle_in_transaction_session_timeout = 2000');
    const waiting = takenOver === 0 ? '' : 'skip locked';
    const gone = await client.query<{ token: string }>(
      `delete from banyan.saga_leases where token in (select token from banyan.saga_leases where ${condition} for update ${waiting}) returning token`,
      [...values],
    );
    await client.query(
      `update banyan.sagas set owner = null, wake_at = clock_timestamp(), taken_over = taken_over + $2 where owner = any($1::bigint[])`,
      [gone.rows.map(({ token }) => token), takenOver],
    );
    await client.query('commit');
    client.release();
  } catch (error) {
    client.release(true); // with its transaction
    throw error;
  }
}

async function prune(pool: Pool, eventsKeptMs: number, endedKeptMs: number): Promise<void> {
  await pool.query(
    `delete from banyan.saga_events where position in (
       select position from banyan.saga_events where kept_at < statement_timestamp() - $1::double precision * interval '1 ms' limit ${pruneMax})`,
    [eventsKeptMs],
  );
  await pool.query(
    `with old as (
       delete from banyan.sagas where id in (
         select id from banyan.sagas where started_at < statement_timestamp() - $1::double precision * interval '1 ms'
           and ended_at < statement_timestamp() - $1::double precision * interval '1 ms' limit ${pruneMax}) returning id)
     delete from banyan.saga_steps where saga in (select id from old)`,
    [endedKeptMs],
  );
}

const keepEvents = `insert into banyan.saga_events (topic, key, event_id, event)
  select topic, key, "eventId", event from json_to_recordset($1::json) as e(topic text, key text, "eventId" text, event json)
  on conflict do nothing`;

const leaveRequest: Statement = {
  name: 'banyan-saga-leave-request',
  text: `update banyan.sagas set request = $2::json where id = $1 and request is null and state = any($3::text[]) returning id`,
};
