// Looks at the messages of a publication without consuming them, to show what a naive reader would have got.
import type { TestDatabase } from '@banyan/proof/test-database';
import { decodeMessage } from '../pgoutput/decode.ts';
import type { PgoutputMessage } from '../pgoutput/messages.ts';
import { textToLsn } from '../postgres/lsn.ts';

export interface Wire {
  peek(): Promise<{ readonly lsn: bigint; readonly xid: number; readonly message: PgoutputMessage }[]>;
}

/** Publishes the tables and makes a slot; both go with the database. */
export async function openWire(database: TestDatabase, name: string, tables: string): Promise<Wire> {
  const slot = `${name}_wire`;
  await database.query(`create publication ${slot} for table ${tables}`);
  await database.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
  return {
    peek: async () => {
      const found = await database.query<{ lsn: string; xid: string; data: Buffer }>(
        `select lsn::text, xid::text, data from pg_logical_slot_peek_binary_changes($1::name, null, null, 'proto_version', '1', 'publication_names', $2::text, 'messages', 'true')`,
        [slot, slot],
      );
      return found.rows.map((row) => ({ lsn: textToLsn(row.lsn), xid: Number(row.xid), message: decodeMessage(row.data) }));
    },
  };
}
