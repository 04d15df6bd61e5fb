/** The copies that services keep of what others own: asked for, and read, through `banyan.projections` in their databases. */

import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { ProjectionFact } from './gate-facts.ts';
import type { PlannedExtraction } from './plan.ts';

export interface ProjectionKeeper {
  /** How the copies of the extraction's service stand; none when it keeps none. */
  read(extraction: Pick<PlannedExtraction, 'service'>): Promise<readonly ProjectionFact[]>;
  /** Has all copies made anew; the service does it in its own time. */
  askToFill(extraction: Pick<PlannedExtraction, 'service'>): Promise<void>;
  /** Has copies compared with their owners, those not yet made, made first; answers how all stand then, or when the time is over. */
  check(extraction: Pick<PlannedExtraction, 'service'>, options: CheckOptions): Promise<readonly ProjectionFact[]>;
}

export interface CheckOptions {
  /** What was equal at a comparison not older than this is not compared again. */
  readonly maxAgeS: number;
  readonly withinMs: number;
}

const lookEveryMs = 100;

/** @param databaseUrls of the services, by program name */
export function createProjectionKeeper(databaseUrls: Readonly<Record<string, string>>): ProjectionKeeper {
  const urlOf = ({ service = '' }: Pick<PlannedExtraction, 'service'>) => databaseUrls[service];
  return {
    read: (extraction) => onDatabase(urlOf(extraction), readAll),
    askToFill: async (extraction) => void (await onDatabase(urlOf(extraction), async (client) => (await client.query(fillAnew)).rows)),
    check: (extraction, { maxAgeS, withinMs }) =>
      onDatabase(urlOf(extraction), async (client) => {
        const endMs = performance.now() + withinMs;
        await client.query(compare, [maxAgeS]);
        for (;;) {
          const facts = await readAll(client);
          if (facts.every(({ isAsked }) => !isAsked) || performance.now() > endMs) return facts;
          await pause(lookEveryMs);
        }
      }),
  };
}

/** A comparison that is under way was begun with the old copy: it is asked for once more. */
const fillAnew = `update banyan.projections set fill_asked_at = clock_timestamp(), filled_at = null, differing = null,
  check_asked_at = case when check_asked_at is not null then clock_timestamp() end`;

/** What is waited for or under way is not asked for anew: asked while it is done it would have to be done again, and under load without end. */
const compare = `update banyan.projections set check_asked_at = coalesce(check_asked_at, clock_timestamp()),
    fill_asked_at = case when filled_at is null then coalesce(fill_asked_at, clock_timestamp()) else fill_asked_at end
  where filled_at is null or differing is distinct from 0 or checked_at < clock_timestamp() - make_interval(secs => $1)`;

/** Nothing when there is no such database or its service keeps no copies. */
async function onDatabase<Result>(
  url: string | undefined,
  work: (client: Client) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  if (url === undefined) return [];
  const client = new Client({ connectionString: url, application_name: 'banyan projections', connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the statement under way reports it
  await client.connect();
  try {
    const { rows } = await client.query<{ there: boolean }>("select to_regclass('banyan.projections') is not null as there");
    return rows[0]?.there === true ? await work(client) : [];
  } finally {
    await client.end();
  }
}

async function readAll(client: Client): Promise<readonly ProjectionFact[]> {
  const { rows } = await client.query<Omit<ProjectionFact, 'deadLetters'>>(
    `select name, filled_at is not null as "isFilled", coalesce(keys, 0)::int as keys, coalesce(fill_asked_at, check_asked_at) is not null as "isAsked",
       coalesce(checked, 0)::int as checked, differing::int as differing, coalesce(behind, 0)::int as behind, extract(epoch from clock_timestamp() - checked_at)::float8 as "ageS", samples, error
     from banyan.projections order by name`,
  );
  const deadLetters = await countDeadLetters(client);
  return rows.map((row) => ({ ...row, deadLetters }));
}

async function countDeadLetters(client: Client): Promise<number> {
  const { rows: there } = await client.query<{ there: boolean }>("select to_regclass('banyan.set_aside') is not null as there");
  if (there[0]?.there !== true) return 0;
  const { rows } = await client.query<{ n: number }>("select count(*)::int as n from banyan.set_aside where state = 'dead'");
  return rows[0]?.n ?? 0;
}
