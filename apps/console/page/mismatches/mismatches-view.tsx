/** Differences between answers that nothing explains: grouped by field and cause, both sides next to each other. */
import type { MismatchGroup } from '@banyan/gateway/shadow-report';
import { linkTo } from '../app/route.ts';
import type { ViewProps } from '../app/view-props.ts';
import { Chips } from '../parts/chips.tsx';
import { Cut, NewerButton, Nothing } from '../parts/list.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { useAnswer } from '../reading/answer.ts';
import { countOf, countText } from '../words/numbers.ts';
import { Sides } from './sides.tsx';

interface MismatchesAnswer {
  readonly extractions: readonly {
    readonly extraction: string;
    readonly compared: number;
    readonly mismatches: number;
    readonly dropped: number;
    readonly groups: readonly MismatchGroup[];
  }[];
}

const limit = 50;

function hasNone({ extractions }: MismatchesAnswer): boolean {
  return extractions.every(({ groups }) => groups.length === 0);
}

export function MismatchesView({ state, rest }: ViewProps) {
  const [only] = rest;
  const answer = useAnswer<MismatchesAnswer>('/v1/mismatches', hasNone);
  const groups = (answer.shown?.extractions ?? [])
    .filter(({ extraction }) => only === undefined || extraction === only)
    .flatMap(({ extraction, groups }) => groups.map((group) => ({ extraction, group })))
    .toSorted((one, other) => other.group.count - one.group.count);
  const compared = state.extractions.reduce((sum, it) => sum + it.shadow.compared, 0);
  return (
    <>
      <div className="list-head">
        <h1>Mismatches</h1>
        <NewerButton answer={answer} />
      </div>
      <Chips
        label="Which extraction"
        chips={[
          { text: 'all', link: linkTo('mismatches'), isHere: only === undefined },
          ...state.extractions.map(({ name, shadow }) => ({
            text: `${name} ${countText(shadow.mismatches)}`,
            link: linkTo('mismatches', name),
            isHere: only === name,
          })),
        ]}
      />
      <RefusalNotice refusal={answer.refusal} />
      {answer.shown !== undefined && groups.length === 0 ? (
        <Nothing title="No mismatches">
          {compared === 0
            ? 'Nothing has been compared yet. Answers are compared once an extraction is in shadow.'
            : `${countOf(compared, 'answer')} compared; every difference is explained by what the monolith varies in by itself.`}
        </Nothing>
      ) : null}
      {groups.slice(0, limit).map(({ extraction, group }) => (
        <Group key={`${extraction} ${group.path} ${group.kind} ${group.cause}`} extraction={extraction} group={group} />
      ))}
      <Cut shown={groups.length} limit={limit} what="groups" />
    </>
  );
}

function Group({ extraction, group }: { readonly extraction: string; readonly group: MismatchGroup }) {
  const { path, kind, cause, count, firstSeen, lastSeen, sample } = group;
  return (
    <article className="mismatch">
      <h2>
        <code>{path === '' ? 'the whole body' : path}</code> <span className="badge fail">{kind}</span>
      </h2>
      <p>
        <strong className="number">{countText(count)}</strong> times in <a href={linkTo('migration', extraction)}>{extraction}</a>, first{' '}
        <Time at={firstSeen} />, last <Time at={lastSeen} />
      </p>
      <p>{cause}</p>
      <p className="quiet">
        One of them: <code>{`${sample.method} ${sample.path}`}</code>
      </p>
      <Sides owner={sample.owner} candidate={sample.candidate} />
    </article>
  );
}
