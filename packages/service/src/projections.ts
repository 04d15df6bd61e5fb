/** Looks after the projections of a service while it runs: fills and compares them when their rows in `banyan.projections` ask for it. */
import type { Transactions } from '@banyan/outbox';
import { installProjectionTables } from './projecting/tables.ts';
import type { Projection } from './projection.ts';
import { repeat } from './repeat.ts';
import { report } from './report.ts';

export interface RunningProjections {
  /** Ends after what is being done now. Idempotent. */
  stop(): Promise<void>;
}

const lookEveryMs = 250;

/** Creates the tables, knows the projections from then on, and does what is asked, one after another. */
export async function startProjections<Native>(
  transactions: Transactions<Native>,
  projections: readonly Projection<Native>[],
): Promise<RunningProjections> {
  await transactions.run(async ({ session }) => {
    await installProjectionTables(session);
    for (const { name, source } of projections)
      await session.query(
        'insert into banyan.projections (name, source) values ($1, $2) on conflict (name) do update set source = excluded.source',
        [name, source],
      );
  });
  return repeat(
    async () => {
      const asked = await findAsked(transactions);
      let isWell = asked !== undefined;
      for (const projection of projections.filter(({ name }) => asked?.has(name) === true))
        isWell = (await doWhatIsAsked(transactions, projection)) && isWell;
      return isWell;
    },
    { everyMs: lookEveryMs },
  );
}

/** As a rule nothing is asked of any: one look for all of them. Undefined when the database does not answer. */
async function findAsked<Native>(transactions: Transactions<Native>): Promise<ReadonlySet<string> | undefined> {
  try {
    const { rows } = await transactions.run(({ session }) =>
      session.query<{ name: string }>(
        'select name from banyan.projections where fill_asked_at is not null or check_asked_at is not null',
        [],
      ),
    );
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    const reason = (error as Error).message;
    report('warn', 'service.projections.unseen', 'What is asked of the projections could not be seen; it is looked for again', { reason });
    return undefined;
  }
}

interface Asked {
  readonly fill: string | null;
  readonly check: string | null;
}

/** False when it could not be done: what went wrong is kept in the row, where whoever asked looks. */
async function doWhatIsAsked<Native>(transactions: Transactions<Native>, projection: Projection<Native>): Promise<boolean> {
  const { name } = projection;
  const ask = (text: string, values: readonly unknown[]) => transactions.run(({ session }) => session.query<Asked>(text, values));
  try {
    const { rows } = await ask(
      'select fill_asked_at::text as fill, check_asked_at::text as check from banyan.projections where name = $1',
      [name],
    );
    if (rows[0]?.fill != null && (await projection.fill()) === undefined) return true;
    if (rows[0]?.check == null) return true;
    // What no event keeps is as old as its last filling: there is nothing else to compare it with.
    if (projection.handlers.length === 0 && (await projection.fill()) === undefined) return true;
    const { checked, differing, behind, samples } = await projection.compare();
    await ask(
      `update banyan.projections set checked_at = clock_timestamp(), checked = $2, differing = $3, behind = $4, samples = $5, error = null,
         check_asked_at = nullif(check_asked_at, $6::timestamptz) where name = $1`,
      [name, checked, differing, behind, JSON.stringify(samples), rows[0].check],
    );
    return true;
  } catch (error) {
    const reason = (error as Error).message;
    report('warn', 'service.projection.failed', 'What was asked of a projection could not be done; it is tried again', {
      projection: name,
      reason,
    });
    await ask('update banyan.projections set error = $2 where name = $1', [name, reason]).catch((lost: Error) =>
      report('warn', 'service.projection.failed', 'The error could not be kept either', { projection: name, reason: lost.message }),
    );
    return false;
  }
}
