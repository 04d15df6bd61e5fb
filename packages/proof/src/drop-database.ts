// A database goes with everybody who is in it, as in a disaster.
import { type Client, DatabaseError, escapeIdentifier } from 'pg';

/** Ends its sessions and whoever follows its replication slots, and drops it with its slots; one that is not there is gone already. `client` is elsewhere on the server. */
export async function dropDatabase(client: Client, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    // FORCE ends sessions but not walsenders of logical slots, which may need a moment to let go.
    await client.query('select pg_terminate_backend(active_pid) from pg_replication_slots where database = $1 and active_pid is not null', [
      name,
    ]);
    try {
      await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
      return;
    } catch (error) {
      const inUse = error instanceof DatabaseError && error.code === '55006';
      if (!inUse || attempt === 100) throw error;
      await client.query('select pg_sleep(0.05)');
    }
  }
}
