/** One saga with every record it has written. */
import type { ServiceSaga } from '@banyan/controller/sagas';
import { linkTo } from '../app/route.ts';
import { Fact, Facts } from '../parts/facts.tsx';
import { Json } from '../parts/json.tsx';
import { NewerButton } from '../parts/list.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { useAnswer } from '../reading/answer.ts';
import { countOf, durationText } from '../words/numbers.ts';
import { tones } from './tones.ts';

export function SagaDetail({ id }: { readonly id: string }) {
  const answer = useAnswer<ServiceSaga>(`/v1/sagas/${encodeURIComponent(id)}`);
  const saga = answer.shown;
  return (
    <>
      <p>
        <a href={linkTo('sagas')}>All sagas</a>
      </p>
      <h1>{saga === undefined ? 'Saga' : `${saga.name} ${saga.key}`}</h1>
      <RefusalNotice refusal={answer.refusal} />
      {saga === undefined ? null : (
        <>
          <Facts>
            <Fact name="State">
              <span className={`badge ${tones[saga.state]}`}>{saga.state}</span>{' '}
              {[...saga.marks, saga.reason ?? ''].filter(Boolean).join(', ')}
            </Fact>
            <Fact name="Service">
              {saga.service}, version {saga.version}
            </Fact>
            <Fact name="Began">
              <Time at={saga.startedAt} />
              {saga.endedAt === undefined ? '' : `, took ${durationText(Date.parse(saga.endedAt) - Date.parse(saga.startedAt))}`}
            </Fact>
            <Fact name="Taken over">{saga.takenOver === 0 ? 'never' : countOf(saga.takenOver, 'time')}</Fact>
            <Fact name="Correlation id">
              <a href={linkTo('flow', saga.correlationId)}>{saga.correlationId}</a>
            </Fact>
            <Fact name="Id">
              <code>{saga.id}</code>
            </Fact>
          </Facts>
          {saga.request === undefined ? null : <p>{`${saga.request.by} has asked for “${saga.request.action}”: ${saga.request.reason}`}</p>}
          <Json summary="Input" value={saga.input} />
          <div className="list-head">
            <h2>Records</h2>
            <NewerButton answer={answer} />
          </div>
          <Records saga={saga} />
        </>
      )}
    </>
  );
}

function Records({ saga: { records, startedAt } }: { readonly saga: ServiceSaga }) {
  return (
    <Table columns={['#No.', '#After', 'Step', 'What', 'Content']}>
      {records.map((record) => (
        <tr key={record.number}>
          <td className="number">{record.number}</td>
          <td className="number">+{durationText(Date.parse(record.at) - Date.parse(startedAt))}</td>
          <th scope="row">{record.step ?? 'the saga'}</th>
          <td>
            {record.kind}{' '}
            {[record.content?.reason, record.content?.by === undefined ? undefined : `by ${record.content.by}`].filter(Boolean).join(', ')}
          </td>
          <td>{record.content === undefined ? '' : <Json summary="content" value={record.content} />}</td>
        </tr>
      ))}
    </Table>
  );
}
