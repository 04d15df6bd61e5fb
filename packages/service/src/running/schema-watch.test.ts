import { subscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@banyan/proof/test-database';
import { type EventReport, eventChannel } from '@banyan/telemetry';
import { expect, test } from 'vitest';
import { applySchemaChanges } from '../schema-changes.ts';
import { isSchemaGone } from './schema-watch.ts';

test(
  'a schema is gone when an empty database answers in the place of its own, and not while that is merely away',
  { timeout: 60_000 },
  async () => {
    await using database = await createTestDatabase();
    const directory = mkdtempSync(join(tmpdir(), 'schema-watch-'));
    writeFileSync(join(directory, '001-things.sql'), 'create table things (id integer primary key)');
    await applySchemaChanges(database.url, directory);
    const stopping = new AbortController();
    let gone: boolean | undefined;
    const watching = isSchemaGone(database.url, stopping.signal).then((answer) => (gone = answer));
    const watchers = async () =>
      (await database.query("select from pg_stat_activity where application_name = 'banyan schema watch' and datname = current_database()"))
        .rowCount;
    await expect.poll(watchers, { timeout: 20_000 }).toBe(1);
    const reasons: string[] = [];
    subscribe(eventChannel, (message) => reasons.push(String((message as EventReport)['reason'])));
    await database.lose();
    await expect.poll(() => reasons, { timeout: 20_000 }).toContainEqual(expect.stringContaining('does not exist'));
    expect(gone).toBeUndefined();
    await database.recreate();
    await watching;
    expect(gone).toBe(true);
    await applySchemaChanges(database.url, directory);
    const again = isSchemaGone(database.url, stopping.signal);
    await expect.poll(watchers, { timeout: 20_000 }).toBe(1);
    stopping.abort();
    expect(await again).toBe(false);
    rmSync(directory, { recursive: true });
  },
);
