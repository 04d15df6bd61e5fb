/** One extraction: its way through the stages, what the next step waits for, and the evidence that was kept. */
import type { ExtractionView, StateView } from '@banyan/controller/state-view';
import { linkTo } from '../app/route.ts';
import { Fact, Facts } from '../parts/facts.tsx';
import { Age, Time } from '../parts/time.tsx';
import { replicationOf, verificationOf } from '../reading/replication.ts';
import { countOf, durationText, positionText, rateText } from '../words/numbers.ts';
import { EvidenceKept } from './evidence-kept.tsx';
import { GateList } from './gates.tsx';
import { Share } from './share.tsx';

export interface ExtractionDetailProps {
  readonly extraction: ExtractionView;
  /** The move of this extraction that is under way. */
  readonly move: StateView['move'] | undefined;
}

export function ExtractionDetail({ extraction, move }: ExtractionDetailProps) {
  const { name, service, stage, sharePercent, next, after, enteredAt } = extraction;
  return (
    <>
      <p>
        <a href={linkTo('migration')}>All extractions</a>
      </p>
      <h1>{name}</h1>
      <StageLine extraction={extraction} />
      {stage === 'canary' ? <Share percent={sharePercent} /> : null}
      <Facts>
        <Fact name="Service">{service ?? 'none'}</Fact>
        <Fact name="Comes after">
          {after.length === 0 ? 'nothing' : after.map((it) => `${it.extraction} (at least ${it.atLeast})`).join(', ')}
        </Fact>
        {enteredAt === undefined ? null : (
          <Fact name="Here since">
            <Time at={enteredAt} /> (<Age at={enteredAt} />)
          </Fact>
        )}
        <Fact name="Requests">
          {Object.entries(extraction.requestsPerSecond)
            .map(([side, rate]) => `${side} ${rateText(rate)}`)
            .join(', ') || 'none yet'}
        </Fact>
        <Fact name="Compared">
          {countOf(extraction.shadow.compared, 'answer')},{' '}
          <a href={linkTo('mismatches', name)}>{countOf(extraction.shadow.mismatches, 'mismatch', 'mismatches')}</a>
          {extraction.shadow.dropped === 0 ? '' : `, ${countOf(extraction.shadow.dropped, 'pair')} dropped`}
        </Fact>
        <Fact name="Rows">{rowsText(extraction)}</Fact>
      </Facts>
      <h2>{next === undefined ? 'No next step' : `Next: ${positionText(next.to)}`}</h2>
      {move === undefined ? null : (
        <p>
          <strong>
            {move.kind} to {positionText(move.to)} is under way
          </strong>
          , begun <Age at={move.startedAt} /> by {move.actor}
          {move.reason === undefined ? '' : `: ${move.reason}`}
        </p>
      )}
      {next === undefined ? (
        <p className="quiet">{stage === 'owner' ? 'Retiring ends the way back, so it must be asked for by name.' : 'Its way ends here.'}</p>
      ) : next.gates.length === 0 ? (
        <p className="quiet">No gate stands before it.</p>
      ) : (
        <GateList gates={next.gates} />
      )}
      <EvidenceKept extraction={name} />
    </>
  );
}

function StageLine({ extraction: { positions, stage, sharePercent } }: Pick<ExtractionDetailProps, 'extraction'>) {
  const at = positions.findIndex((it) => it.stage === stage && it.sharePercent === sharePercent);
  // A share that nobody declared stands between two that are.
  const here = at === -1 ? positions.findLastIndex((it) => it.stage === stage) : at;
  return (
    <ol className="stages" aria-label="Stages">
      {positions.map((position, index) => (
        <li
          key={positionText(position)}
          className={index < here ? 'past' : index === here ? 'here' : ''}
          aria-current={index === here ? 'step' : undefined}
        >
          {positionText(position)}
        </li>
      ))}
    </ol>
  );
}

function rowsText(extraction: ExtractionView): string {
  const status = replicationOf(extraction);
  const verification = verificationOf(extraction);
  if (extraction.tables.length === 0) return 'moves no tables';
  if (status === undefined || status.follows === 'none') return 'not copied';
  const lag = status.lagMs === undefined ? '' : `, ${durationText(status.lagMs)} behind`;
  const verified =
    verification === undefined ? 'not verified yet' : `${countOf(verification.rows, 'row')} verified, ${verification.differing} differ`;
  return `${status.follows === 'forward' ? 'monolith → service' : 'service → monolith'}: ${status.state}${lag}; ${verified}`;
}
