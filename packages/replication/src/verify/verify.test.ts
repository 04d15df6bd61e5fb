// Verification finds what is planted, says what it is, and repair mends it, while both sides change.
import { afterEach, describe, expect, it } from 'vitest';
import type { ReplicationStream } from '../stream/options.ts';
import { createPair, type Pair, rowsOf } from '../testing/pair.ts';
import { openClient } from '../testing/session.ts';
import { repair } from './repair.ts';
import { differingKeys, verify, verifyTouched } from './verify.ts';

let pair: Pair;
afterEach(() => pair.close());

const schema = 'create table t (id int primary key, name text, at timestamp, seen timestamptz)';
const row = (id: string) => `select ${id}, 'name ' || ${id}, timestamp '2024-03-01 10:00:00.123456' + ${id} * interval '1 minute', now()`;

async function following(): Promise<ReplicationStream> {
  pair = await createPair(schema, ['public.t']);
  await pair.monolith.query(`insert into t ${row('n')} from generate_series(1, 3000) n`);
  const stream = pair.stream();
  await stream.copy();
  await stream.start();
  return stream;
}

/** Somebody who writes the target and should not. */
async function plant(statements: string): Promise<void> {
  await pair.service.query(`begin; set local session_replication_role = replica; ${statements}; commit`);
}

describe('verify', () => {
  it('finds nothing where nothing differs, while both sides change', async () => {
    const stream = await following();
    const state = { done: false };
    const writer = (async () => {
      for (let n = 0; !state.done; n += 1) await pair.monolith.query(`update t set name = name || '.' where id = $1`, [(n % 3000) + 1]);
    })();
    const report = await verify({ stream });
    state.done = true;
    await writer;
    expect(report).toMatchObject({ ok: true, tables: [{ table: 'public.t', rows: 3000, differing: 0, missing: 0, extra: 0, healed: 0 }] });
    const naive = async () => [await rowsOf(pair.monolith, 't'), await rowsOf(pair.service, 't')];
    await stream.mark();
    expect(await naive()).toSatisfy(([source, target]: string[][]) => source?.join() === target?.join());
  });

  it('finds a lost row, a row too many, a changed value and a shifted time, and mends them', async () => {
    const stream = await following();
    await plant(`delete from t where id = 1; insert into t ${row('9999')}; update t set name = 'rogue' where id = 2; update t set at = at + interval '2 hours' where id = 3;
      update t set seen = date_trunc('milliseconds', seen) - interval '1 microsecond' * 0 where id = 4; update t set name = 'name' where id = 5`);
    const report = await verify({ stream });
    expect(report).toMatchObject({ ok: false, tables: [{ missing: 1, extra: 1 }] });
    const byKey = new Map(report.tables[0]?.samples.map((sample) => [sample.key[0], sample]));
    expect(byKey.get('1')).toMatchObject({ kind: 'missing', cause: 'missing' });
    expect(byKey.get('9999')).toMatchObject({ kind: 'extra', cause: 'rogue-write' });
    expect(byKey.get('2')).toMatchObject({ kind: 'changed', cause: 'rogue-write', columns: ['name'] });
    expect(byKey.get('3')).toMatchObject({
      kind: 'changed',
      cause: 'mapping',
      columns: ['at'],
      detail: 'at is shifted by +02:00 (time zone)',
    });
    expect(byKey.get('5')).toMatchObject({ cause: 'mapping', detail: 'name is cut off' });
    expect(JSON.stringify(report)).not.toContain('rogue"'); // no values
    expect(await repair({ stream, keys: differingKeys(report) })).toMatchObject({ ok: true });
    expect(await rowsOf(pair.service, 't')).toEqual(await rowsOf(pair.monolith, 't'));
  });

  it('finds a doubled row on a target that lost its key, and mends it', async () => {
    const stream = await following();
    await plant('alter table t drop constraint t_pkey; insert into t select * from t where id = 7');
    const report = await verify({ stream });
    expect(report.tables[0]).toMatchObject({ extra: 1, samples: [{ key: ['7'], kind: 'doubled', cause: 'rogue-write' }] });
    expect(await repair({ stream, keys: differingKeys(report) })).toMatchObject({ ok: true });
    expect(await rowsOf(pair.service, 't')).toEqual(await rowsOf(pair.monolith, 't'));
    await pair.service.query('alter table t add primary key (id)');
  });

  it('looks only at keys that were written since, and at what a rogue did to them', async () => {
    const stream = await following();
    await verify({ stream });
    await pair.monolith.query(`update t set name = 'x' where id in (10, 11)`);
    await stream.mark();
    await plant(`update t set name = 'rogue' where id in (10, 12)`);
    const report = await verifyTouched({ stream });
    expect(report.tables[0]).toMatchObject({ rows: 2, differing: 1, keys: [['10']] });
  });

  it('says who is in the way when a transaction stays open, and lets the stream go on', async () => {
    pair = await createPair(schema, ['public.t']);
    await pair.stream().copy();
    const stream = pair.stream({ limits: { slotTimeoutMs: 200 } });
    await stream.start();
    await using writer = await openClient(pair.monolith.url);
    await writer.query(`begin; insert into t ${row('1')}`);
    await expect(verify({ stream })).rejects.toMatchObject({
      code: 'REPLICATION_LONG_TRANSACTION',
      message: expect.stringContaining('pid '),
    });
    await writer.query('commit');
    await stream.mark();
    expect(await rowsOf(pair.service, 't')).toHaveLength(1);
  });

  it('can be cancelled', async () => {
    const stream = await following();
    const signal = AbortSignal.abort();
    await expect(verify({ stream, signal })).rejects.toMatchObject({ code: 'REPLICATION_ABORTED' });
    await stream.mark();
  });
});
