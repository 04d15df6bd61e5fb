/** The evidence of one extraction that the control database keeps, the newest first. */
import type { Evidence } from '@banyan/migration/control-store';
import { Json } from '../parts/json.tsx';
import { Cut, NewerButton, Nothing } from '../parts/list.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { useAnswer } from '../reading/answer.ts';
import { countText } from '../words/numbers.ts';

interface EvidenceAnswer {
  readonly evidence: readonly Evidence[];
}

const limit = 50;

function hasNone({ evidence }: EvidenceAnswer): boolean {
  return evidence.length === 0;
}

export function EvidenceKept({ extraction }: { readonly extraction: string }) {
  const answer = useAnswer<EvidenceAnswer>(`/v1/evidence?extraction=${encodeURIComponent(extraction)}&limit=${limit}`, hasNone);
  const kept = answer.shown?.evidence ?? [];
  return (
    <section aria-labelledby="evidence">
      <div className="list-head">
        <h2 id="evidence">Evidence kept</h2>
        <NewerButton answer={answer} />
      </div>
      <RefusalNotice refusal={answer.refusal} />
      {answer.shown !== undefined && kept.length === 0 ? (
        <Nothing title="Nothing yet">What shows a gate is kept here: comparisons of all rows, rehearsals, cutovers.</Nothing>
      ) : null}
      <ul className="entries">
        {kept.map((it) => (
          <li key={it.id}>
            <p>
              <Time at={it.at} /> <strong>{it.kind}</strong> {gist(it.body)}
            </p>
            <Json summary="The whole of it" value={it.body} />
          </li>
        ))}
      </ul>
      <Cut shown={kept.length} limit={limit} what="pieces of evidence" />
    </section>
  );
}

/** When it was is said before it, and how old it was then says nothing now. */
const saidElsewhere = new Set(['at', 'ageS']);
const gistMax = 6;

/** What stands at the top of it says most of it, numbers first. */
function gist(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const entries = Object.entries(body).filter(([name]) => !saidElsewhere.has(name));
  const numbers = entries.filter(([, value]) => typeof value === 'number' || typeof value === 'boolean');
  const texts = entries.filter(([, value]) => typeof value === 'string');
  return [...numbers, ...texts]
    .slice(0, gistMax)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? countText(value) : String(value)}`)
    .join(', ');
}
