/** The audit: who moved what, when and why, and whether the chain of hashes is whole. */
import type { AuditCheck, AuditEntry } from '@banyan/migration/audit';
import { linkTo } from '../app/route.ts';
import type { ViewProps } from '../app/view-props.ts';
import { Json } from '../parts/json.tsx';
import { Cut, NewerButton, Nothing } from '../parts/list.tsx';
import { RefusalNotice, Notice } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { useAnswer, type Refusal } from '../reading/answer.ts';
import { countOf } from '../words/numbers.ts';

interface AuditAnswer {
  /** Oldest first. */
  readonly entries: readonly AuditEntry[];
  readonly check: ({ readonly intact: true } & AuditCheck) | { readonly intact: false; readonly error: Refusal };
}

const limit = 200;

function hasNone({ entries }: AuditAnswer): boolean {
  return entries.length === 0;
}

export function AuditView({ state }: ViewProps) {
  const answer = useAnswer<AuditAnswer>(`/v1/audit?limit=${limit}`, hasNone);
  const entries = answer.shown?.entries.toReversed() ?? [];
  const check = answer.latest?.check;
  const known = new Set(state.extractions.map(({ name }) => name));
  return (
    <>
      <div className="list-head">
        <h1>Audit</h1>
        <NewerButton answer={answer} />
      </div>
      <RefusalNotice refusal={answer.refusal} />
      {check === undefined ? null : <Chain check={check} />}
      {answer.shown !== undefined && entries.length === 0 ? (
        <Nothing title="Nothing has moved yet">Every move is written here with who made it, when, why, and on what evidence.</Nothing>
      ) : null}
      <ol className="entries" reversed>
        {entries.map((entry) => (
          <li key={entry.seq}>
            <p>
              <span className="quiet number">{entry.seq}</span> <Time at={entry.at} /> <strong>{entry.action}</strong>{' '}
              {known.has(entry.extraction) ? <a href={linkTo('migration', entry.extraction)}>{entry.extraction}</a> : entry.extraction} by{' '}
              {entry.actor}
              {entry.reason === '' ? '' : `: ${entry.reason}`}
            </p>
            <Json summary={`Detail, hash ${entry.hash.slice(0, 12)}…`} value={{ hash: entry.hash, detail: entry.detail }} />
          </li>
        ))}
      </ol>
      <Cut shown={entries.length} limit={limit} what="entries" />
    </>
  );
}

function Chain({ check }: { readonly check: AuditAnswer['check'] }) {
  if (!check.intact)
    return (
      <Notice tone="fail" title={check.error.message}>
        {check.error.fix}
      </Notice>
    );
  return (
    <p>
      <span className="badge pass">chain whole</span> {countOf(check.rows, 'entry', 'entries')}, each with the hash of the one before. Head{' '}
      <code className="hash">{check.headHash}</code>
    </p>
  );
}
