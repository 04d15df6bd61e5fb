/** The rows of every extraction: which way they flow, how far behind, and when both sides were last compared row by row. */
import type { ExtractionView } from '@banyan/controller/state-view';
import { linkTo } from '../app/route.ts';
import type { ViewProps } from '../app/view-props.ts';
import { Fact, Facts } from '../parts/facts.tsx';
import { Json } from '../parts/json.tsx';
import { Nothing } from '../parts/list.tsx';
import { Table } from '../parts/table.tsx';
import { Age } from '../parts/time.tsx';
import { replicationOf, verificationOf } from '../reading/replication.ts';
import { bytesText, countText, durationText, rateText } from '../words/numbers.ts';

export function DataView({ live, state }: ViewProps) {
  const moving = state.extractions.filter(({ tables }) => tables.length > 0);
  return (
    <>
      <h1>Data</h1>
      {moving.length === 0 ? <Nothing title="No tables move">No extraction of this migration moves tables.</Nothing> : null}
      {moving.map((extraction) => (
        <Extraction key={extraction.name} extraction={extraction} rowsPerSecond={live.rowsPerSecond[extraction.name] ?? 0} />
      ))}
    </>
  );
}

function Extraction({ extraction, rowsPerSecond }: { readonly extraction: ExtractionView; readonly rowsPerSecond: number }) {
  const status = replicationOf(extraction);
  const verification = verificationOf(extraction);
  const follows = status?.follows ?? 'none';
  return (
    <section className="data" aria-labelledby={`data-${extraction.name}`}>
      <h2 id={`data-${extraction.name}`}>
        <a href={linkTo('migration', extraction.name)}>{extraction.name}</a> <span className="quiet">{extraction.stage}</span>
      </h2>
      <Facts>
        <Fact name="Flows">
          {follows === 'none'
            ? 'not copied'
            : follows === 'forward'
              ? `monolith → ${extraction.service}`
              : `${extraction.service} → monolith`}
        </Fact>
        {status === undefined || follows === 'none' ? null : (
          <>
            <Fact name="State" isBad={status.state !== 'following'}>
              {status.state}
            </Fact>
            <Fact name="Behind">{status.lagMs === undefined ? 'not known' : durationText(status.lagMs)}</Fact>
            <Fact name="Applied">{`${countText(status.rows)} rows, ${rateText(rowsPerSecond)}`}</Fact>
            <Fact name="Log kept for it">{status.retainedWalBytes === undefined ? 'not known' : bytesText(status.retainedWalBytes)}</Fact>
          </>
        )}
        <Fact name="Verified">
          {verification === undefined ? (
            'not yet'
          ) : (
            <>
              <Age at={verification.at} />, at {verification.position}
            </>
          )}
        </Fact>
      </Facts>
      {status?.lastError === undefined ? null : <p className="bad">{status.lastError}</p>}
      <Tables extraction={extraction} />
      {verification === undefined || verification.differing === 0 ? null : <Json summary="Rows that differ" value={verification.samples} />}
    </section>
  );
}

function Tables({ extraction }: { readonly extraction: ExtractionView }) {
  if (extraction.follows === 'none' && verificationOf(extraction) === undefined)
    return <p className="quiet">Tables: {extraction.tables.join(', ')}</p>;
  const verified = verificationOf(extraction)?.tables ?? [];
  // Both sides may call a table differently: what was compared names them itself.
  const names = verified.length === 0 ? extraction.tables.map((table) => ({ table, rows: undefined, differing: undefined })) : verified;
  return (
    <Table columns={['Table', '#Rows compared', '#Differ']} label={`Tables of ${extraction.name}`}>
      {names.map(({ table, rows, differing }) => (
        <tr key={table}>
          <th scope="row">{table}</th>
          <td className="number">{rows === undefined ? 'not yet' : countText(rows)}</td>
          <td className={`number ${(differing ?? 0) > 0 ? 'bad' : ''}`}>{differing === undefined ? '' : countText(differing)}</td>
        </tr>
      ))}
    </Table>
  );
}
