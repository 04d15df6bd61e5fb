// A side that owned tables loses its database: the other side gets them back with all that had come, and the ordinary way goes on from there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { crashPoints } from '../crash-points.ts';
import { fence } from '../fence/close-fence.ts';
import type { ReplicationStream } from '../stream/options.ts';
import { fileJournal, fileRoutes, memoryJournal, type MoveOrder, patience, quietRoutes } from '../testing/move.ts';
import { createPair, type Pair, rowsOf, usersTable } from '../testing/pair.ts';
import { cutover } from './cutover.ts';
import { closeReturned, examineLoss } from './loss.ts';
import { reclaim, recoverReclaim } from './reclaim.ts';
import type { CutoverOptions } from './types.ts';

let pair: Pair;
afterEach(() => pair.close());

interface Streams {
  readonly forwardStream: ReplicationStream;
  readonly reverseStream: ReplicationStream;
}

const sign = (name: string) => `insert into users (google_id, email, name) values ('${name}', '${name}', '${name}') returning id`;

/** The service owns 50 users, and one that it made itself. */
async function owned(): Promise<Streams> {
  pair = await createPair(usersTable, ['public.users']);
  await pair.monolith.query(`insert into users (google_id, email, name) select 'g' || n, 'e' || n, 'n' || n from generate_series(1, 50) n`);
  const streams = { forwardStream: pair.stream(), reverseStream: pair.back() };
  await streams.forwardStream.copy();
  await streams.forwardStream.start();
  expect((await cutover(moveThere(streams))).cancelled).toBeUndefined();
  await pair.service.query(sign('own'));
  await streams.reverseStream.mark();
  return streams;
}

function moveThere(streams: Streams): CutoverOptions {
  const sides = { from: { name: 'monolith', url: pair.monolith.url }, to: { name: 'service', url: pair.service.url } };
  return { ...sides, ...streams, routes: quietRoutes(), journal: memoryJournal(), ...patience };
}

function sidesOf(streams: Streams) {
  return {
    lost: { name: 'service', url: pair.service.url },
    to: { name: 'monolith', url: pair.monolith.url },
    routes: quietRoutes(),
    journal: memoryJournal(),
    lockTimeoutMs: patience.lockTimeoutMs,
    ...streams,
  };
}

async function leftOn(url: Pair['monolith']): Promise<string[]> {
  const found = await url.query<{ name: string }>(
    `select slot_name::text as name from pg_replication_slots where database = current_database()
     union all select pubname::text from pg_publication
     union all select roname::text from pg_replication_origin where roname like $1
     union all select stream from banyan.stream_position where dropped_at is null`,
    [`banyan_${pair.name}%`],
  );
  return found.rows.map((row) => row.name);
}

/** A process that reclaims until it dies at the point; answers what the next process makes of it. */
async function killedReclaim(streams: Streams, files: { journalFile: string; routesFile: string }, point: string): Promise<string> {
  const { lost, to } = sidesOf(streams);
  const order: MoveOrder = {
    from: lost,
    to,
    forward: streams.reverseStream.options,
    reverse: streams.forwardStream.options,
    ...files,
    crashPoint: point,
    isReclaim: true,
  };
  const program = fileURLToPath(new URL('../testing/move-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { env: { ...process.env, ORDER: JSON.stringify(order) }, stdio: 'inherit' });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal, point).toBe('SIGKILL');
  return recoverReclaim({ lost, to, ...streams, routes: fileRoutes(order), journal: fileJournal(files.journalFile) });
}

describe('a reclaim', () => {
  it('opens the monolith with all rows and free keys while the database is missing, and the service comes back by a copy', async () => {
    const streams = await owned();
    await pair.service.lose();
    const sides = sidesOf(streams);
    expect(await examineLoss(sides)).toMatchObject({
      isLost: true,
      found: expect.stringContaining('does not answer'),
      appliedLsn: expect.stringMatching(/^[\dA-F]+\/[\dA-F]+$/),
      appliedAt: expect.stringMatching(/Z$/),
    });
    const report = await reclaim(sides);
    expect(report.cancelled).toBeUndefined();
    expect(sides.routes.calls).toEqual(['hold', 'flip']);
    expect(sides.journal.steps).toEqual(['preparing', 'fencing', 'opening', 'flipping', 'finishing']);
    expect(await leftOn(pair.monolith)).toEqual([]);
    const [row] = (await pair.monolith.query<{ id: number }>(sign('home'))).rows;
    expect(report.sequences).toEqual([{ sequence: 'public.users_id_seq', continuesAfter: String((row?.id ?? 0) - 1) }]);
    expect(row?.id).toBeGreaterThan(1_000); // naive: 52, which a client may know as somebody else that the service made and lost

    await pair.service.recreate();
    await pair.service.query(usersTable);
    expect(await closeReturned({ ...sides, tables: 'all' })).toBe(true);
    await expect(pair.service.query(sign('too-early'))).rejects.toMatchObject({ code: '25006' });
    await streams.forwardStream.copy();
    await streams.forwardStream.start();
    expect((await cutover(moveThere(streams))).cancelled).toBeUndefined();
    await pair.service.query(sign('again'));
    await streams.reverseStream.mark();
    expect(await rowsOf(pair.monolith, 'users')).toEqual(await rowsOf(pair.service, 'users'));
    expect(await rowsOf(pair.monolith, 'users')).toHaveLength(53);
  });

  it('is not needed while the owner answers with its fence, and is when an empty database answers in its place', async () => {
    const streams = await owned();
    const sides = sidesOf(streams);
    expect(await examineLoss(sides)).toMatchObject({ isLost: false, found: expect.stringContaining('owns public.users under epoch 1') });
    await pair.service.lose();
    await pair.service.recreate();
    expect(await examineLoss(sides)).toMatchObject({ isLost: true, found: expect.stringContaining('does not know that it owns') });
    await pair.service.query(usersTable);
    expect(await closeReturned({ ...sides, tables: 'fresh' })).toBe(true);
    await expect(pair.service.query(sign('nobody-would-know'))).rejects.toMatchObject({ code: '25006' });
    expect(await examineLoss(sides)).toMatchObject({ isLost: true });
    expect((await reclaim(sides)).cancelled).toBeUndefined();
    await pair.monolith.query(sign('home'));
  });

  it('leaves an owner alone that is followed, and closes one that comes back as it was after it was given up', async () => {
    const streams = await owned();
    const sides = sidesOf(streams);
    expect(await closeReturned({ ...sides, tables: 'fresh' })).toBe(true);
    await pair.service.query(sign('still-owner'));
    await streams.reverseStream.mark();
    expect((await reclaim(sides)).cancelled).toBeUndefined();
    await pair.service.query(sign('two-owners')); // nobody could tell it
    expect(await closeReturned({ ...sides, tables: 'all' })).toBe(true);
    await expect(pair.service.query(sign('not-any-more'))).rejects.toMatchObject({ code: '25006' });
    expect(await leftOn(pair.service)).toEqual([]);
    expect(await rowsOf(pair.monolith, 'users')).toHaveLength(52);
  });

  it('is not made while an applier still writes, and leaves everything as it was', async () => {
    const streams = await owned();
    const other = pair.back({ limits: { busyTimeoutMs: 300 } });
    const sides = { ...sidesOf(streams), reverseStream: other };
    const report = await reclaim(sides);
    expect(report.cancelled).toMatchObject({ code: 'REPLICATION_STREAM_BUSY' });
    expect(await sides.journal.read()).toBeUndefined();
    await expect(pair.monolith.query(sign('not-here'))).rejects.toMatchObject({ code: '25006' });
    await pair.service.query(sign('goes-on'));
    await streams.reverseStream.mark();
    expect(await rowsOf(pair.monolith, 'users')).toEqual(await rowsOf(pair.service, 'users'));
  });

  it('overwrites the journal of a move that can never be ended, and another journal is no reclaim of ours', async () => {
    const streams = await owned();
    const sides = sidesOf(streams);
    await pair.service.lose();
    await sides.journal.write({ step: 'fencing', from: 'monolith', to: 'service', epoch: '7', tables: [] });
    expect(await recoverReclaim(sides)).toBe('cancelled');
    await sides.journal.write({ step: 'fencing', from: 'service', to: 'monolith', epoch: '7', tables: [] });
    const report = await reclaim(sides);
    expect(report.cancelled).toBeUndefined();
    expect(BigInt(report.epoch)).toBeGreaterThan(7n);
    expect(await recoverReclaim(sides)).toBe('none');
    await pair.monolith.query(sign('home'));
  });

  it('that is killed at each step in turn is cancelled or completed, and the monolith takes writes only in the second case', async () => {
    const streams = await owned();
    await streams.reverseStream.stop();
    await pair.service.lose();
    const folder = await mkdtemp(join(tmpdir(), 'banyan-reclaim-'));
    const files = { journalFile: join(folder, 'journal'), routesFile: join(folder, 'routes') };
    const points = crashPoints.filter((name) => name.startsWith('reclaim.'));
    const ends: string[] = [];
    try {
      for (const point of points) {
        await writeFile(files.routesFile, 'service');
        await fence(pair.monolith.url, { tables: ['public.users'] });
        const end = await killedReclaim(streams, files, point);
        ends.push(end);
        const routes = (await readFile(files.routesFile, 'utf8')).trim();
        const written = await pair.monolith.query(sign(point)).then(
          () => 'taken',
          (error: { code?: string }) => error.code,
        );
        expect([point, routes, written]).toEqual(end === 'cancelled' ? [point, 'service', '25006'] : [point, 'monolith', 'taken']);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    expect(ends).toEqual(['cancelled', 'cancelled', 'cancelled', 'completed', 'completed', 'completed', 'none']);
    expect(await leftOn(pair.monolith)).toEqual([]);
  }, 120_000);
});
