/** Draws the entries of a trace one below the other, each at its place in time. */
import type { TraceEntry } from '@banyan/controller/trace';
import { durationText } from '../words/numbers.ts';
import { placeEntries, type PlacedEntry } from './place-entries.ts';
import './flow.css';

const verbs: Readonly<Record<TraceEntry['kind'], string>> = {
  request: 'was asked',
  saga: 'saga',
  published: 'published',
  handled: 'handled',
  'set-aside': 'could not handle',
  waiting: 'is about to publish',
};

const limit = 300;

export function TimeLine({ entries }: { readonly entries: readonly TraceEntry[] }) {
  const placed = placeEntries(entries.slice(0, limit));
  return (
    <>
      <ol className="time-line">
        {placed.map((it, index) => (
          // Two entries may be alike in everything: only their place tells them apart, and a trace is drawn anew as a whole.
          // oxlint-disable-next-line react/no-array-index-key
          <Line key={index} placed={it} />
        ))}
      </ol>
      {entries.length > limit ? <p className="quiet">{`The first ${limit} of ${entries.length} entries are shown.`}</p> : null}
    </>
  );
}

function Line({ placed: { entry, afterMs, place, idleMs } }: { readonly placed: PlacedEntry }) {
  return (
    <li className={entry.kind}>
      {idleMs === 0 ? null : <p className="idle">{`${durationText(idleMs)} without anything, drawn short`}</p>}
      <span className="number after">+{durationText(afterMs)}</span>
      <span className="program">{entry.program}</span>
      <span className="what">
        <span className="quiet">{verbs[entry.kind]}</span> {entry.what}
        {entry.detail === '' || entry.detail === entry.kind ? null : <span className="quiet"> {entry.detail}</span>}
      </span>
      <span className="track" aria-hidden="true">
        <span style={{ left: `${place * 100}%` }} />
      </span>
    </li>
  );
}
