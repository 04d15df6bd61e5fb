/** How many tickets there are, and how far they have come. */
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import type { Statistics } from '../api/routes.ts';

export function DashboardPage() {
  const loaded = useLoaded('statistics', (options) => api.ask('GET /admin/dashboard/statistics', options));
  const actions = (
    <Link className="button" href="/tickets?showAll=true">
      All tickets
    </Link>
  );
  return (
    <Page title="Dashboard" lead="All tickets of everybody, as they stand now." actions={actions}>
      <Shown loaded={loaded} what="the numbers">
        {(statistics) => <Numbers statistics={statistics} />}
      </Shown>
    </Page>
  );
}

function Numbers({ statistics }: { readonly statistics: Statistics }) {
  const { totalTickets, openTickets, inProgressTickets, doneTickets } = statistics;
  const cards = [
    ['Total', totalTickets, 'total'],
    ['Open', openTickets, 'open'],
    ['In Progress', inProgressTickets, 'in-progress'],
    ['Completed', doneTickets, 'done'],
  ] as const;
  return (
    <>
      <dl className="numbers">
        {cards.map(([label, count, kind]) => (
          <div key={label} className={`number-${kind}`}>
            <dt>{label}</dt>
            <dd>{count.toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      <Shares parts={cards.slice(1)} />
    </>
  );
}

interface SharesProps {
  readonly parts: readonly (readonly [label: string, count: number, kind: string])[];
}

function Shares({ parts }: SharesProps) {
  const whole = parts.reduce((sum, [, count]) => sum + count, 0);
  if (whole === 0) return null;
  const begins = parts.map((_, index) => parts.slice(0, index).reduce((sum, [, count]) => sum + count, 0));
  const inWords = parts.map(([label, count]) => `${label} ${Math.round((100 * count) / whole)} %`).join(', ');
  return (
    <svg className="shares" role="img" aria-label={inWords} viewBox={`0 0 ${whole} 1`} preserveAspectRatio="none">
      {parts.map(([label, count, kind], index) => (
        <rect key={label} className={`share-${kind}`} x={begins[index]} width={count} height={1} />
      ))}
    </svg>
  );
}
