/** What followed from one request, on a line of time: events, who handled them, sagas. */
import type { ServiceSaga } from '@banyan/controller/sagas';
import type { Trace } from '@banyan/controller/trace';
import { useId, useState } from 'react';
import { linkTo } from '../app/route.ts';
import type { ViewProps } from '../app/view-props.ts';
import { NewerButton, Nothing } from '../parts/list.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { useAnswer } from '../reading/answer.ts';
import { countOf, durationText } from '../words/numbers.ts';
import { TimeLine } from './time-line.tsx';

function hasNone({ entries }: Trace): boolean {
  return entries.length === 0;
}

export function FlowView({ rest }: ViewProps) {
  const [id] = rest;
  return (
    <>
      <h1>Event flow</h1>
      <Ask key={id ?? ''} id={id ?? ''} />
      {id === undefined ? <Recent /> : <Flow id={id} />}
    </>
  );
}

function Ask({ id }: { readonly id: string }) {
  const [text, setText] = useState(id);
  const field = useId();
  return (
    <form
      className="ask"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') location.hash = linkTo('flow', text.trim());
      }}
    >
      <label htmlFor={field}>Correlation id</label>
      <input
        id={field}
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="X-Trace-ID of an answer"
        spellCheck={false}
        autoComplete="off"
      />
      <button type="submit">Show</button>
    </form>
  );
}

function Flow({ id }: { readonly id: string }) {
  const answer = useAnswer<Trace>(`/v1/trace?correlation=${encodeURIComponent(id)}`, hasNone);
  const { shown } = answer;
  const [first] = shown?.entries ?? [];
  const last = shown?.entries.at(-1);
  return (
    <section aria-label="What followed">
      <RefusalNotice refusal={answer.refusal} />
      {shown === undefined && answer.refusal === undefined ? <p className="quiet">Looking in all services …</p> : null}
      {shown !== undefined && first === undefined ? (
        <Nothing title="Nothing is known of it">
          A request with this id has published no event and begun no saga, or it has not come yet. The page keeps looking.
        </Nothing>
      ) : null}
      {shown === undefined || first === undefined || last === undefined ? null : (
        <>
          <div className="list-head">
            <p>
              From <Time at={first.at} />: {countOf(shown.entries.length, 'entry', 'entries')} within{' '}
              {durationText(Date.parse(last.at) - Date.parse(first.at))},{' '}
              {shown.open === 0 ? 'nothing is open.' : <strong className="bad">{`${shown.open} still to be handled.`}</strong>}
            </p>
            <NewerButton answer={answer} />
          </div>
          <TimeLine entries={shown.entries} />
        </>
      )}
    </section>
  );
}

interface SagasAnswer {
  readonly sagas: readonly ServiceSaga[];
}

function hasNoSaga({ sagas }: SagasAnswer): boolean {
  return sagas.length === 0;
}

/** A way in for who has no id at hand. */
function Recent() {
  const answer = useAnswer<SagasAnswer>('/v1/sagas?limit=10', hasNoSaga);
  const recent = (answer.shown?.sagas ?? []).slice(0, 10);
  return (
    <section aria-labelledby="recent">
      <div className="list-head">
        <h2 id="recent">Of the latest sagas</h2>
        <NewerButton answer={answer} />
      </div>
      <RefusalNotice refusal={answer.refusal} />
      {answer.shown !== undefined && recent.length === 0 ? (
        <Nothing title="Nothing yet">
          Every answer of the gateway carries its correlation id as X-Trace-ID. Those of requests that begin a saga are listed here.
        </Nothing>
      ) : null}
      <ul className="entries">
        {recent.map((saga) => (
          <li key={saga.id}>
            <Time at={saga.startedAt} /> <a href={linkTo('flow', saga.correlationId)}>{saga.correlationId}</a>{' '}
            <span className="quiet">
              {saga.name} of {saga.service}, {saga.state}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
