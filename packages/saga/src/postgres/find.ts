/** The statement that finds sagas: only the conditions that are asked for, so that each can use its index. */
import type { SagaFilter } from '../store.ts';
import type { Statement } from './write.ts';

const columns = `s.id, s.name, s.key, s.version, s.state, s.input, s.arms, s.correlation_id, s.traceparent, s.taken_over, s.started_at, s.ended_at,
  s.result, s.marks, s.reason, s.request`;
const records = '(select json_agg(r order by r.number) from banyan.saga_steps r where r.saga = s.id) as records';

export function toFind({ ids, keys, name, states, withRecords = false, limit = 100 }: SagaFilter): {
  readonly statement: Statement;
  readonly values: readonly unknown[];
} {
  const all = {
    ids: { value: ids, sql: (at: string) => `s.id = any (${at}::uuid[])` },
    keys: {
      value: keys === undefined ? undefined : JSON.stringify(keys),
      sql: (at: string) => `(s.name, s.key) in (select name, key from json_to_recordset(${at}::json) as k(name text, key text))`,
    },
    name: { value: name, sql: (at: string) => `s.name = ${at}` },
    states: { value: states, sql: (at: string) => `s.state = any (${at}::text[])` },
  };
  const asked = Object.entries(all).filter(([, { value }]) => value !== undefined);
  const conditions = asked.map(([, { sql }], at) => sql(`$${at + 2}`));
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const statement = {
    name: ['banyan-saga-find', ...asked.map(([key]) => key), ...(withRecords ? ['records'] : [])].join('-'),
    text: `select ${columns}${withRecords ? `, ${records}` : ''} from banyan.sagas s ${where} order by s.started_at desc limit $1`,
  };
  return { statement, values: [limit, ...asked.map(([, { value }]) => value)] };
}
