import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedServer } from '@banyan/proof/embedded-server';
import { createTestDatabase } from '@banyan/proof/test-database';
import type { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { createEventLog } from './create-event-log.ts';
import type { EventLog } from './event-log.ts';
import { toAppendStatement } from './log/append.ts';
import { createSource } from './testing/events.ts';
import { openClient, writeHotStreams } from './testing/feed-load.ts';

interface Seen {
  readonly position: string;
  readonly stream: string;
  readonly sequence: bigint;
}

/** Reads one page after what it has; called until everything is written and it finds nothing more. */
type Reader = (limit: number) => Promise<Seen[]>;

function readFeed(log: EventLog): Reader {
  let after = 0n;
  return async (limit) => {
    const page = await log.read({ after, limit });
    after = page.through;
    return page.events.map(({ position, event }) => ({
      position: String(position),
      stream: event.partitionkey,
      sequence: BigInt(event.sequence),
    }));
  };
}

interface Row {
  readonly position: string;
  readonly xid: string;
  readonly stream: string;
  readonly sequence: string;
}

const columns = 'position, xid, aggregate_id as stream, version as sequence';

/** What most libraries do. */
function readNaively(client: Client): Reader {
  let after = '0';
  return async (limit) => {
    const found = await client.query<Row>(`select ${columns} from banyan.events where position > $1 order by position limit $2`, [
      after,
      limit,
    ]);
    after = found.rows.at(-1)?.position ?? after;
    return found.rows.map((row) => ({ ...row, sequence: BigInt(row.sequence) }));
  };
}

/** What the careful ones do. */
function readByTransaction(client: Client): Reader {
  let after: Pick<Row, 'position' | 'xid'> = { position: '0', xid: '0' };
  return async (limit) => {
    const found = await client.query<Row>(
      `select ${columns} from banyan.events where (xid, position) > ($1::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
       order by xid, position limit $3`,
      [after.xid, after.position, limit],
    );
    after = found.rows.at(-1) ?? after;
    return found.rows.map((row) => ({ ...row, sequence: BigInt(row.sequence) }));
  };
}

async function readUntil(done: () => boolean, read: Reader): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (;;) {
    const wasDone = done();
    const page = await read(1_000);
    seen.push(...page);
    if (wasDone && page.length === 0) return seen;
    await sleep(1); // the writers' turn
  }
}

function inversionsOf(seen: readonly Seen[]): number {
  const last = new Map<string, bigint>();
  return seen.filter(({ stream, sequence }) => {
    const before = last.get(stream) ?? 0n;
    last.set(stream, sequence);
    return sequence <= before;
  }).length;
}

describe('the feed under 16 writers', () => {
  it('loses nothing and keeps the order of every stream, where reading by position loses and reading by transaction inverts', async () => {
    await using database = await createTestDatabase();
    const log = await createEventLog({ url: database.url });
    await database.query('alter table banyan.events add column xid xid8 not null default pg_current_xact_id()');
    await database.query('create index on banyan.events (xid, position)');
    const clients = await Promise.all([openClient(database.url), openClient(database.url)]);
    const appends = 6_400;
    let isWritten = false;
    const written = writeHotStreams(database.url, { writers: 16, appends }).then(() => (isWritten = true));
    const readers = [readFeed(log), readNaively(clients[0]), readByTransaction(clients[1])].map((read) => readUntil(() => isWritten, read));
    const [feed, naive, transactional] = await Promise.all(readers);
    await written;
    const lost = (seen: readonly Seen[]) => appends - new Set(seen.map(({ position }) => position)).size;
    console.info(
      `lost and inverted: feed ${lost(feed!)}, ${inversionsOf(feed!)}; by position ${lost(naive!)}, ${inversionsOf(naive!)}; by transaction ${lost(transactional!)}, ${inversionsOf(transactional!)}`,
    );
    expect({ seen: feed!.length, lost: lost(feed!), inversions: inversionsOf(feed!) }).toEqual({ seen: appends, lost: 0, inversions: 0 });
    expect(lost(naive!)).toBeGreaterThan(0);
    expect(inversionsOf(transactional!)).toBeGreaterThan(0);
    await Promise.all([log.close(), ...clients.map((client) => client.end())]);
  }, 180_000);
});

describe('an append that does not end', () => {
  /** A writer that has appended and neither commits nor goes away. */
  async function hang(url: string, key: string): Promise<Client> {
    const client = await openClient(url);
    await client.query('begin');
    await client.query(toAppendStatement([createSource('/test/hanging')({ key })], 16));
    return client;
  }

  it.each([
    ['commits', true],
    ['is killed', false],
  ])('holds the feed back, is named, and when it %s nothing is skipped', async (_, commits) => {
    await using database = await createTestDatabase();
    const log = await createEventLog({ url: database.url });
    const next = createSource();
    await log.append([next()]);
    expect(await log.read({ after: 0n, limit: 10 })).toMatchObject({ through: 1n, more: false });
    const hanging = await hang(database.url, 'hanging');
    await log.append([next(), next()]);
    const held = await log.read({ after: 1n, limit: 10 });
    expect(held).toEqual({ events: [], through: 1n, more: true });
    const pid = (await hanging.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;
    expect(await log.diagnose()).toEqual({
      head: 4n,
      watermark: 1n,
      heldBackBy: [{ pid, application: 'test writer', forMs: expect.any(Number) }],
    });
    // Another reader, which has never looked before, sees what is complete and nothing else.
    const fresh = await createEventLog({ url: database.url, connections: 1 });
    expect(await fresh.read({ after: 0n, limit: 10 })).toMatchObject({ events: [{ position: 1n }], through: 1n, more: true });
    if (commits) await hanging.query('commit');
    else await database.query('select pg_terminate_backend($1, 10000)', [pid]);
    for (const reader of [log, fresh]) {
      const page = await reader.read({ after: 1n, limit: 10 });
      expect(page.events.map(({ position }) => position)).toEqual(commits ? [2n, 3n, 4n] : [3n, 4n]);
    }
    expect((await log.diagnose()).heldBackBy).toEqual([]);
    await Promise.all([log.close(), fresh.close(), hanging.end().catch(() => {})]);
  });

  it('lets pass what was committed before it began', async () => {
    await using database = await createTestDatabase();
    const log = await createEventLog({ url: database.url });
    const next = createSource();
    await log.append([next()]);
    const first = await hang(database.url, 'one');
    await log.append([next()]);
    const second = await hang(database.url, 'two');
    expect(await log.read({ after: 0n, limit: 10 })).toMatchObject({ events: [{ position: 1n }], through: 1n });
    await first.query('commit');
    const page = await log.read({ after: 0n, limit: 10 });
    expect(page.events.map(({ position }) => position)).toEqual([1n, 2n, 3n]);
    await second.query('commit');
    expect(await log.read({ after: 3n, limit: 10 })).toMatchObject({ events: [{ position: 4n }], through: 4n });
    await Promise.all([log.close(), first.end(), second.end()]);
  });

  it('is not one of another database, or a transaction that appends nothing', async () => {
    await using database = await createTestDatabase();
    await using elsewhere = await createTestDatabase();
    const [log, other] = await Promise.all([createEventLog({ url: database.url }), createEventLog({ url: elsewhere.url })]);
    const [hanging, idle] = await Promise.all([hang(elsewhere.url, 'k'), openClient(database.url)]);
    await idle.query('begin');
    await idle.query('select pg_current_xact_id()');
    await log.append([createSource()()]);
    expect(await log.read({ after: 0n, limit: 10 })).toMatchObject({ events: [{ position: 1n }], through: 1n });
    await Promise.all([log.close(), other.close(), hanging.end(), idle.end()]);
  });
});

it('a crash of the server takes back positions that nobody committed, and no reader has gone past them', async () => {
  // Nothing but a commit writes the log to the disk, so that the crash has something to take back.
  await using server = await startEmbeddedServer({ fsync: false, settings: ['wal_writer_delay=10s', 'autovacuum=off'] });
  const log = await createEventLog({ url: server.url });
  const next = createSource();
  await log.append([next()]);
  expect(await log.read({ after: 0n, limit: 10 })).toMatchObject({ through: 1n });
  const drawing = await openClient(server.url);
  await drawing.query('begin');
  await drawing.query(
    toAppendStatement(
      Array.from({ length: 500 }, (_, number) => createSource('/test/lost')({ key: `k${number}` })),
      16,
    ),
  );
  const head = await drawing.query<{ last_value: string }>('select last_value from banyan.event_positions');
  expect(head.rows[0]!.last_value).toBe('501');
  const before = await log.read({ after: 0n, limit: 10 });
  await server.restart('immediate');
  // A pooled connection may not know yet that its server is gone.
  await expect
    .poll(() =>
      log.diagnose().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  const after = await log.read({ after: before.through, limit: 10 });
  expect(after).toEqual({ events: [], through: 1n, more: false });
  const later = next();
  await log.append([later]);
  const found = await log.read({ after: after.through, limit: 10 });
  expect(found.events.map(({ event }) => event)).toEqual([later]);
  expect(found.events[0]!.position).toBeLessThan(BigInt(head.rows[0]!.last_value)); // where a watermark from the sequence would have been
  await log.close();
}, 120_000);
