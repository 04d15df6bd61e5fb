import { createTestDatabase } from '@banyan/proof/test-database';
import { Pool } from 'pg';
import { expect, test } from 'vitest';
import { typeOrmOptions } from './type-orm-options.ts';

test('a session is in UTC, and what takes too long is ended', async () => {
  await using database = await createTestDatabase();
  const { url, extra } = typeOrmOptions({ service: 'books', url: database.url, statementTimeoutMs: 1_234, idleInTransactionMs: 5_678 });
  const pool = new Pool({ connectionString: url, ...extra });
  const shown = async (name: string) => Object.values(((await pool.query(`show ${name}`)).rows as Record<string, string>[])[0]!)[0];
  expect([await shown('timezone'), await shown('statement_timeout'), await shown('idle_in_transaction_session_timeout')]).toEqual([
    'UTC',
    '1234ms',
    '5678ms',
  ]);
  await pool.end();
});
