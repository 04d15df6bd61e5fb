// Takes the embedded broker away and brings it back: a database to which nobody may connect.
import { escapeIdentifier, escapeLiteral, type Pool } from 'pg';
import { type BrokerControl } from './scenario.ts';

/** @param other any database of the same server, for a role that may alter the broker's */
export function createEmbeddedBrokerControl(broker: Pool, other: Pool): BrokerControl {
  const name = new URL(broker.options.connectionString ?? '').pathname.slice(1);
  const admit = (isAdmitted: boolean) => other.query(`alter database ${escapeIdentifier(name)} with allow_connections ${isAdmitted}`);
  return {
    away: async () => {
      await admit(false);
      await other.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${escapeLiteral(name)}`);
    },
    back: async () => void (await admit(true)),
    sql: async <Row extends object>(text: string, values: readonly unknown[] = []) => (await broker.query(text, [...values])).rows as Row[],
  };
}
