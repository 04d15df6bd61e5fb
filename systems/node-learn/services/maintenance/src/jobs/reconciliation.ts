/** Compares what services keep of each other with its owners, key by key. It reports; it changes nothing. */
import { TRANSACTIONS } from '@banyan/nest';
import type { SqlSession, Transactions } from '@banyan/outbox';
import { type Comparison, compareWithOwner, report } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { readOwners } from '../owners.ts';
import type { FinishRun, Job, Night } from '../runs/job.ts';
import { copies, type Copy } from './copies.ts';
import { Neighbours } from './neighbours.ts';

interface Reconciled {
  readonly copy: string;
  readonly comparison: Comparison;
}

@Injectable()
export class Reconciliation implements Job {
  readonly name = 'reconciliation';
  /** Longer than all comparisons together: keys that are changing are looked at again for 10 s each time. */
  readonly leaseMs = 120_000;

  constructor(
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(Neighbours) private readonly neighbours: Neighbours,
  ) {}

  async isDue(session: SqlSession): Promise<boolean> {
    return (await keptCopies(session)).length > 0;
  }

  async run({ date }: Night): Promise<FinishRun> {
    const kept = await this.transactions.run(({ session }) => keptCopies(session));
    const reconciled: Reconciled[] = [];
    for (const copy of kept) reconciled.push({ copy: `${copy.keeper}.${copy.name}`, comparison: await this.compare(copy) });
    return async (session) => {
      for (const { copy, comparison } of reconciled) await keep(session, date, copy, comparison);
      const differing = reconciled.filter(({ comparison }) => comparison.differing > 0);
      for (const { copy, comparison } of differing)
        report('error', 'maintenance.copy.differs', 'What a service keeps of another is not what that one has', { copy, ...comparison });
      return differing.length === 0 ? 'all equal' : `differing: ${differing.map(({ copy }) => copy).join(', ')}`;
    };
  }

  private compare({ keeper, name, owner, path, data }: Copy): Promise<Comparison> {
    return compareWithOwner({
      owner: (after) => this.neighbours.readPage(owner, path, after, data),
      copy: (after) => this.neighbours.readPage(keeper, `/internal/copies/${name}`, after, data),
    });
  }
}

/** Before its keeper owns anything nobody depends on a copy, and it may not have been filled. */
async function keptCopies(session: SqlSession): Promise<readonly Copy[]> {
  const owners = await readOwners(session);
  return copies.filter(({ keeper }) => owners.has(keeper));
}

async function keep(session: SqlSession, date: string, copy: string, { checked, differing, samples }: Comparison): Promise<void> {
  await session.query(
    `insert into reconciliations (scheduled_for, copy, checked, differing, samples) values ($1, $2, $3, $4, $5)
     on conflict (scheduled_for, copy) do update
       set compared_at = clock_timestamp(), checked = excluded.checked, differing = excluded.differing, samples = excluded.samples`,
    [date, copy, checked, differing, JSON.stringify(samples)],
  );
}
