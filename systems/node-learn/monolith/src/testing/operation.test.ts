import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProgram, onServer, runEntry, startProgram } from './running-program.ts';

let program: RunningProgram;
beforeAll(async () => {
  program = await startProgram();
});
afterAll(() => program.stop());

async function dataStatus(): Promise<number> {
  return (await program.call('GET', '/api/achievements')).status;
}

describe('schema', () => {
  it('can be applied again', async () => {
    const again = await runEntry('schema', program.environment);
    expect(again.stdout).toContain('is up to date (6 scripts)');
  });

  it('writes no row when it is applied again: whoever owns a table may be somebody else by then', async () => {
    const { rows: tables } = await program.sql.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    expect(tables.length).toBeGreaterThanOrEqual(8);
    await program.sql.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE '% is not to be written', TG_TABLE_NAME; END $$`,
    );
    for (const { name } of tables)
      await program.sql.query(
        `CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON ${name} FOR EACH STATEMENT EXECUTE FUNCTION refuse()`,
      );
    await expect(runEntry('schema', program.environment)).resolves.toMatchObject({ stderr: '' });
    await program.sql.query('DROP FUNCTION refuse CASCADE');
  });

  it('says what is wrong when it cannot be applied', async () => {
    const wrong = runEntry('schema', { ...program.environment, POSTGRES_DB: 'no_such_database' });
    await expect(wrong).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('There is no database "no_such_database"') });
  });
});

describe('the program', () => {
  it('does not start without a client id', async () => {
    const { GOOGLE_CLIENT_ID: _, ...environment } = program.environment;
    await expect(runEntry('main', environment)).rejects.toMatchObject({ code: 1 });
  });

  it('answers 500 while the database is away, greets all the same, and recovers by itself', async () => {
    expect(await dataStatus()).toBe(200);
    await onServer(program.serverUrl, `ALTER DATABASE ${program.database} ALLOW_CONNECTIONS false`);
    await onServer(program.serverUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${program.database}'`);
    expect(await dataStatus()).toBe(500);
    expect((await program.call('GET', '/api')).status).toBe(200);
    await onServer(program.serverUrl, `ALTER DATABASE ${program.database} ALLOW_CONNECTIONS true`);
    while ((await dataStatus()) !== 200) await delay(20);
    expect(program.child.exitCode).toBeNull();
  });

  it('ends with 0 on SIGTERM', async () => {
    const exit = once(program.child, 'exit');
    program.child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});
