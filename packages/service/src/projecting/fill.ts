/** Replaces a copy by the owner's snapshot, page by page, while events go on. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SqlSession, Transactions } from '@banyan/outbox';
import type { ProjectionDefinition } from './definition.ts';
import { report } from '../report.ts';
import type { SnapshotPage } from '../snapshot.ts';

/** Whoever has not put a page for so long is taken over. */
const takeOverAfter = '10 seconds';

/**
 * Each page is one transaction, so that handlers of events wait for one page and no transaction stays open for long. The lock is taken before the page
 * is asked for: an event of its keys that was left out was handled before that, so the page has it; one that comes later is compared by its sequence,
 * also while later pages are still to come (`filled_up_to`). Answers the number of keys; undefined when another instance is filling the copy.
 */
export async function fillFromOwner<Native, Data>(
  transactions: Transactions<Native>,
  definition: ProjectionDefinition<Native, Data>,
): Promise<number | undefined> {
  const { name, rest = pause } = definition;
  const filler = randomUUID();
  const [begun] = await transactions.run(({ session }) => begin(session, name, filler));
  if (begun === undefined) return undefined;
  let keys = 0;
  try {
    for (let after: string | undefined = ''; after !== undefined;) {
      const begunMs = performance.now();
      const page: SnapshotPage = await putPage(transactions, definition, { after, filler });
      keys += page.entries.length;
      after = page.next;
      // Handlers that waited have as long as the page took.
      if (after !== undefined) await rest(performance.now() - begunMs);
    }
  } catch (error) {
    // What is there stays right: the next one begins anew.
    await transactions.run(({ session }) => end(session, name, filler)).catch(() => undefined);
    throw error;
  }
  const isFinished = await transactions.run(({ session }) => finish(session, { name, filler, keys, asked: begun.asked }));
  if (!isFinished) return undefined;
  report('info', 'service.projection.filled', 'A projection was filled from its owner', { projection: name, keys });
  return keys;
}

async function begin(session: SqlSession, name: string, filler: string): Promise<readonly { readonly asked: string | null }[]> {
  const { rows } = await session.query<{ asked: string | null }>(
    `update banyan.projections set filler = $2, filling_at = clock_timestamp(), filled_up_to = ''
     where name = $1 and (filler is null or filling_at < clock_timestamp() - interval '${takeOverAfter}') returning fill_asked_at::text as asked`,
    [name, filler],
  );
  return rows;
}

/** Before the owner is asked; handlers of events have it in common. */
async function lock(session: SqlSession, name: string): Promise<void> {
  await session.query('select pg_advisory_xact_lock(hashtextextended($1, 7233021))', [name]);
}

async function putPage<Native, Data>(
  transactions: Transactions<Native>,
  { name, rows: select, readPage, data: schema, put, remove }: ProjectionDefinition<Native, Data>,
  { after, filler }: { readonly after: string; readonly filler: string },
): Promise<SnapshotPage> {
  return transactions.run(async ({ session, native }) => {
    await lock(session, name);
    const page = await readPage(after);
    const known = await session.query<{ key: string }>(
      `select key from (${select}) s where key collate "C" > $1 and ($2::text is null or key collate "C" <= $2)`,
      [after, page.next ?? null],
    );
    await put(
      native,
      page.entries.map(({ key, data }) => ({ key, data: schema.parse(data) })),
    );
    const owned = new Set(page.entries.map(({ key }) => key));
    for (const { key } of known.rows) if (!owned.has(key)) await remove(native, key);
    await session.query(
      `insert into banyan.projection_keys (projection, partition_key, sequence) select $1, key, sequence from unnest($2::text[], $3::bigint[]) as page (key, sequence)
       on conflict (projection, partition_key) do update set sequence = excluded.sequence`,
      [name, page.entries.map(({ key }) => key), page.entries.map(({ sequence }) => sequence)],
    );
    const { rowCount } = await session.query(
      'update banyan.projections set filled_up_to = $3, filling_at = clock_timestamp() where name = $1 and filler = $2 returning name',
      [name, filler, page.next ?? lastKey],
    );
    if (rowCount === 0) throw new Error(`Another instance has taken over the filling of "${name}".`);
    return page;
  });
}

/** Behind every key in the order of bytes. */
const lastKey = '\u{10ffff}';

async function end(session: SqlSession, name: string, filler: string): Promise<void> {
  await session.query('update banyan.projections set filler = null where name = $1 and filler = $2', [name, filler]);
}

interface Filled {
  readonly name: string;
  readonly filler: string;
  readonly keys: number;
  readonly asked: string | null;
}

/**
 * Who has asked again meanwhile wants what is there from then on: it is not filled for them yet. Answers false when another instance has
 * taken over after the last page.
 */
async function finish(session: SqlSession, { name, filler, keys, asked }: Filled): Promise<boolean> {
  const { rowCount } = await session.query(
    `update banyan.projections set filled_at = case when fill_asked_at is not distinct from $4::timestamptz then clock_timestamp() else filled_at end,
       fill_asked_at = nullif(fill_asked_at, $4::timestamptz), keys = $3, error = null, filler = null, filled_up_to = null
     where name = $1 and filler = $2 returning name`,
    [name, filler, keys, asked],
  );
  return rowCount !== 0;
}
