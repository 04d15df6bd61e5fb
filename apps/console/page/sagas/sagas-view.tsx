/** Sagas of all services: counts with times, the youngest, and one with its records. */
import type { SagaCount, ServiceSaga } from '@banyan/controller/sagas';
import { linkTo } from '../app/route.ts';
import type { ViewProps } from '../app/view-props.ts';
import { Chips } from '../parts/chips.tsx';
import { Cut, NewerButton, Nothing } from '../parts/list.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { useAnswer } from '../reading/answer.ts';
import { countText, durationText } from '../words/numbers.ts';
import { SagaDetail } from './saga-detail.tsx';
import { tones } from './tones.ts';

interface SagasAnswer {
  readonly counts: readonly SagaCount[];
  readonly sagas: readonly ServiceSaga[];
}

const states = Object.keys(tones) as readonly ServiceSaga['state'][];
const limit = 50;

function hasNone({ sagas }: SagasAnswer): boolean {
  return sagas.length === 0;
}

export function SagasView({ rest }: ViewProps) {
  const [first = '', second] = rest;
  if (first === 'one' && second !== undefined) return <SagaDetail key={second} id={second} />;
  return <SagaList state={states.find((it) => it === first)} />;
}

function SagaList({ state }: { readonly state: ServiceSaga['state'] | undefined }) {
  const answer = useAnswer<SagasAnswer>(`/v1/sagas?limit=${limit}${state === undefined ? '' : `&state=${state}`}`, hasNone);
  const counts = answer.latest?.counts ?? [];
  const sagas = (answer.shown?.sagas ?? []).slice(0, limit);
  return (
    <>
      <h1>Sagas</h1>
      <RefusalNotice refusal={answer.refusal} />
      {answer.latest !== undefined && counts.length === 0 ? (
        <Nothing title="No saga has begun yet">
          A saga is a process over several services. They are listed here with their steps, and those that need a person come first to
          notice.
        </Nothing>
      ) : null}
      {counts.length === 0 ? null : <Counts counts={counts} />}
      <div className="list-head">
        <h2>The youngest</h2>
        <NewerButton answer={answer} />
      </div>
      <Chips
        label="Which state"
        chips={[undefined, ...states].map((it) => ({
          text: it ?? 'all',
          link: it === undefined ? linkTo('sagas') : linkTo('sagas', it),
          isHere: state === it,
        }))}
      />
      {answer.shown !== undefined && sagas.length === 0 ? (
        <p className="quiet">{state === undefined ? 'None yet.' : `None is ${state}.`}</p>
      ) : null}
      <ul className="entries">
        {sagas.map((saga) => (
          <li key={saga.id}>
            <Time at={saga.startedAt} />{' '}
            <a href={linkTo('sagas', 'one', saga.id)}>
              {saga.name} {saga.key}
            </a>{' '}
            <span className={`badge ${tones[saga.state]}`}>{saga.state}</span>{' '}
            <span className="quiet">
              {saga.service}
              {saga.endedAt === undefined ? '' : `, ${durationText(Date.parse(saga.endedAt) - Date.parse(saga.startedAt))}`}
              {saga.reason === undefined ? '' : `, ${saga.reason}`}
            </span>
          </li>
        ))}
      </ul>
      <Cut shown={sagas.length} limit={limit} what="sagas" />
    </>
  );
}

function Counts({ counts }: { readonly counts: readonly SagaCount[] }) {
  const timeOf = (ms: number | null) => (ms === null ? '' : durationText(ms));
  return (
    <Table
      columns={['Saga', 'Service', 'State', '#Count', '#p50', '#p99']}
      caption="All sagas by state; times are from start to end, of those that ended within the last hour."
    >
      {counts.map((it) => (
        <tr key={`${it.service} ${it.name} ${it.state}`}>
          <th scope="row">{it.name}</th>
          <td>{it.service}</td>
          <td>
            <a className={`badge ${tones[it.state]}`} href={linkTo('sagas', it.state)}>
              {it.state}
            </a>
          </td>
          <td className="number">{countText(it.count)}</td>
          <td className="number">{timeOf(it.p50Ms)}</td>
          <td className="number">{timeOf(it.p99Ms)}</td>
        </tr>
      ))}
    </Table>
  );
}
