/** The board: every extraction in the column of its stage; one of them with its gates and evidence. */
import type { ExtractionView } from '@banyan/controller/state-view';
import { linkTo } from '../app/route.ts';
import type { ViewProps } from '../app/view-props.ts';
import { Nothing } from '../parts/list.tsx';
import { countText, positionText, rateText } from '../words/numbers.ts';
import { ExtractionDetail } from './extraction-detail.tsx';
import { GateMarks } from './gates.tsx';
import { Share } from './share.tsx';
import './migration.css';

const stages = ['planned', 'replicating', 'shadow', 'canary', 'owner', 'retired'] as const;

export function MigrationView({ state, rest }: ViewProps) {
  const [name] = rest;
  if (name !== undefined) {
    const extraction = state.extractions.find((it) => it.name === name);
    return extraction === undefined ? (
      <>
        <h1>Migration</h1>
        <Nothing title={`There is no extraction “${name}”`}>
          <a href={linkTo('migration')}>All extractions</a>
        </Nothing>
      </>
    ) : (
      <ExtractionDetail key={name} extraction={extraction} move={state.move?.extraction === name ? state.move : undefined} />
    );
  }
  return (
    <>
      <h1>Migration</h1>
      <div className="board">
        {stages.map((stage) => {
          const here = state.extractions.filter((it) => it.stage === stage);
          return (
            <section key={stage} aria-labelledby={`stage-${stage}`} className={here.length === 0 ? 'empty' : ''}>
              <h2 id={`stage-${stage}`}>
                {stage} <span className="quiet">{here.length}</span>
              </h2>
              {here.length === 0 ? null : (
                <ul>
                  {here.map((extraction) => (
                    <li key={extraction.name}>
                      <Card extraction={extraction} />
                    </li>
                  ))}
                </ul>
              )}
            </section>
          );
        })}
      </div>
    </>
  );
}

function Card({ extraction }: { readonly extraction: ExtractionView }) {
  const { name, stage, sharePercent, next, shadow, requestsPerSecond, held } = extraction;
  const rates = Object.entries(requestsPerSecond);
  return (
    <article className="card">
      <h3>
        <a href={linkTo('migration', name)}>{name}</a>
      </h3>
      {stage === 'canary' ? <Share percent={sharePercent} /> : null}
      {held ? <p className="bad">writes are held</p> : null}
      <p className="quiet">
        {rates.length === 0 ? 'no requests yet' : rates.map(([side, rate]) => `${side} ${rateText(rate)}`).join(', ')}
      </p>
      {shadow.mismatches === 0 ? null : (
        <p>
          <a className="bad" href={linkTo('mismatches', name)}>{`${countText(shadow.mismatches)} mismatches`}</a>
        </p>
      )}
      {next === undefined ? null : (
        <p>
          next {positionText(next.to)} <GateMarks gates={next.gates} />
        </p>
      )}
    </article>
  );
}
