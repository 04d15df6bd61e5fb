/** Where a projection keeps its rows and how far it has come: one database, one transaction for both. */
import { Pool } from 'pg';
import { leaveToStatements, sessionConfig } from './session-config.ts';
import { report } from './report.ts';

/** What runs inside the projection's transaction. */
export interface ProjectionSession {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: Record<string, unknown>[]; readonly rowCount: number | null }>;
}

export interface ProjectionStore {
  /** Commits what `work` did, or nothing of it when `work` throws. Statements see what was committed before each of them. */
  transaction<Result>(work: (session: ProjectionSession) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** @param options.connections at most, default 2. */
export function createProjectionStore(options: { readonly url: string; readonly connections?: number }): ProjectionStore {
  const pool = new Pool({ ...sessionConfig(options.url, 'banyan projection'), max: options.connections ?? 2 });
  pool.on('error', (error) => report('info', 'event-store.connection.lost', 'An idle connection ended', { reason: error.message }));
  leaveToStatements(pool);
  return {
    async transaction(work) {
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        await client.query('begin');
        const result = await work(client);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((lost: Error) => (failure = lost));
        throw error;
      } finally {
        client.release(failure);
      }
    },
    close: () => pool.end(),
  };
}
