/** Events set aside for an operator, in groups of one cause; a group with its events and what they carry. */
import { linkTo } from '../app/route.ts';
import type { ViewProps } from '../app/view-props.ts';
import { Json } from '../parts/json.tsx';
import { Cut, NewerButton, Nothing } from '../parts/list.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Age, Time } from '../parts/time.tsx';
import { useAnswer } from '../reading/answer.ts';
import { countOf, countText } from '../words/numbers.ts';
import type { DeadLetterGroup, GroupsAnswer, LettersAnswer } from './dead-letters.ts';

const groupsMax = 100;
const limit = 50;

function hasNoGroup({ groups }: GroupsAnswer): boolean {
  return groups.length === 0;
}

function hasNoLetter({ entries }: LettersAnswer): boolean {
  return entries.length === 0;
}

export function DeadLettersView({ rest }: ViewProps) {
  const [service, group, type, error] = rest;
  if (service !== undefined && group !== undefined && type !== undefined && error !== undefined)
    return <Letters key={rest.join('/')} of={{ service, group, type, error }} />;
  return <Groups />;
}

function Groups() {
  const answer = useAnswer<GroupsAnswer>('/v1/dead-letters', hasNoGroup);
  const groups = answer.shown?.groups ?? [];
  const away = answer.latest?.away ?? [];
  const retrying = answer.latest?.retrying ?? 0;
  return (
    <>
      <div className="list-head">
        <h1>Dead letters</h1>
        <NewerButton answer={answer} />
      </div>
      <RefusalNotice refusal={answer.refusal} />
      {away.length === 0 ? null : (
        <p className="bad">{`Not asked, because they do not answer: ${away.map((it) => it.service).join(', ')}.`}</p>
      )}
      {retrying === 0 ? null : <p className="quiet">{`Failed and tried again by themselves: ${countOf(retrying, 'event')}.`}</p>}
      {answer.shown !== undefined && groups.length === 0 ? (
        <Nothing title="No dead letters">
          An event that its handler could not handle after all retries is set aside here, with its reason; its key waits behind it, other
          keys flow.
        </Nothing>
      ) : null}
      {groups.length === 0 ? null : (
        <Table columns={['Event', 'Handled by', 'Why', '#Letters', '#Parked keys', 'Oldest', 'Newest']}>
          {groups.slice(0, groupsMax).map((it) => (
            <GroupRow key={`${it.service} ${it.group} ${it.type} ${it.error}`} group={it} />
          ))}
        </Table>
      )}
      <Cut shown={groups.length} limit={groupsMax} what="groups" />
    </>
  );
}

function GroupRow({ group: { service, group, type, error, count, parkedKeys, oldestAt, newestAt } }: { readonly group: DeadLetterGroup }) {
  return (
    <tr>
      <th scope="row">
        <a href={linkTo('dead-letters', service, group, type, error)}>{type}</a>
      </th>
      <td>{group === service ? service : `${service}, ${group}`}</td>
      <td>{error}</td>
      <td className="number">{countText(count)}</td>
      <td className="number">{countText(parkedKeys)}</td>
      <td>
        <Age at={oldestAt} />
      </td>
      <td>
        <Age at={newestAt} />
      </td>
    </tr>
  );
}

function Letters({ of }: { readonly of: Pick<DeadLetterGroup, 'service' | 'group' | 'type' | 'error'> }) {
  const query = new URLSearchParams({ ...of, limit: String(limit) });
  const answer = useAnswer<LettersAnswer>(`/v1/dead-letters?${query.toString()}`, hasNoLetter);
  const entries = answer.shown?.entries ?? [];
  return (
    <>
      <p>
        <a href={linkTo('dead-letters')}>All dead letters</a>
      </p>
      <div className="list-head">
        <h1>{of.type}</h1>
        <NewerButton answer={answer} />
      </div>
      <p>
        {of.service}
        {of.group === of.service ? '' : `, ${of.group}`}: {of.error}
      </p>
      <RefusalNotice refusal={answer.refusal} />
      {answer.shown !== undefined && entries.length === 0 ? (
        <Nothing title="None is left">They have been redriven or discarded.</Nothing>
      ) : null}
      <ul className="entries">
        {entries.map((entry) => (
          <li key={entry.id}>
            <p>
              <Time at={entry.at} /> <strong>{entry.key}</strong> after {countOf(entry.attempts, 'attempt')}
              {(entry.parked ?? 0) > 0 ? `, ${countOf(entry.parked ?? 0, 'event')} parked behind it` : ''}
            </p>
            <p>{entry.error}</p>
            <Json summary={`Payload of ${entry.id}`} value={entry.payload} />
          </li>
        ))}
      </ul>
      <Cut shown={entries.length} limit={limit} what="letters" />
    </>
  );
}
