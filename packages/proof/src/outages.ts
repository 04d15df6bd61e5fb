// How long clients felt each fault, measured in the ledger alone.
import { type Fault } from './faults.ts';
import { type LedgerLine } from './ledger.ts';
import { quantile } from './traffic/counters.ts';

export interface Outage {
  readonly fault: Fault;
  /** The group that suffered longest. */
  readonly group: string | undefined;
  /**
   * Longest time from the last good answer before a run of bad ones (the fault itself at the earliest) to the first good one after
   * it; 0 when no answer was bad.
   * A group that stayed bad to the end of the ledger counts until then, and `recovered` is false.
   */
  readonly outageMs: number;
  /** The slowest good answer to a request that was under way or asked in the window: what a hold or a retry cost. */
  readonly slowestMs: number;
  readonly bad: number;
  readonly recovered: boolean;
}

export interface OutageReport {
  readonly outages: readonly Outage[];
  readonly p95Ms: number;
}

interface Answer {
  readonly at: number;
  readonly ms: number;
  readonly ok: boolean;
}

/** Answers so long after a fault are still laid to it, unless the next fault comes first. */
const windowMs = 30_000;

/** Groups asked less often than this, on average, are measured as one: between two rare requests nobody sees that all is well again. */
const rarePerSecond = 1;
const rare = 'rarely asked';

export function measureOutages(lines: readonly LedgerLine[], faults: readonly Fault[]): OutageReport {
  const answersByGroup = mergeRare(groupAnswers(lines));
  const ordered = [...faults].sort((one, other) => one.at - other.at);
  const outages = ordered.map((fault, index) => {
    const until = Math.min(fault.at + windowMs, ordered[index + 1]?.at ?? Infinity);
    const affected = new Set(fault.affects.map((group) => (answersByGroup.has(group) ? group : rare)));
    const measured = [...affected].map((group) => measure(fault, group, answersByGroup.get(group) ?? [], until));
    return measured.sort((one, other) => other.outageMs - one.outageMs || other.slowestMs - one.slowestMs)[0] ?? nothing(fault);
  });
  const times = outages.map(({ outageMs }) => outageMs).sort((one, other) => one - other);
  return { outages, p95Ms: quantile(times, 0.95) };
}

function mergeRare(answersByGroup: ReadonlyMap<string, Answer[]>): Map<string, Answer[]> {
  const all = [...answersByGroup.values()].flat();
  const seconds = Math.max(1, (latest(all) - earliest(all)) / 1000);
  const isRare = (answers: readonly Answer[]) => answers.length / seconds < rarePerSecond;
  const often = [...answersByGroup].filter(([, answers]) => !isRare(answers));
  const seldom = [...answersByGroup.values()].filter(isRare).flat();
  return new Map([...often, [rare, seldom.sort((one, other) => one.at - other.at)]]);
}

function latest(answers: readonly Answer[]): number {
  return answers.reduce((found, { at }) => Math.max(found, at), -Infinity);
}

function earliest(answers: readonly Answer[]): number {
  return answers.reduce((found, { at }) => Math.min(found, at), Infinity);
}

function groupAnswers(lines: readonly LedgerLine[]): Map<string, Answer[]> {
  const groups = new Map<string, string>();
  const answers = new Map<string, Answer[]>();
  for (const line of lines) {
    if (line.kind === 'asked') groups.set(`${line.run} ${line.id}`, line.group);
    if (line.kind !== 'told') continue;
    const group = groups.get(`${line.run} ${line.id}`) ?? '';
    const list = answers.get(group) ?? [];
    answers.set(group, list);
    list.push(line);
  }
  return answers;
}

/** Bad answers that came from `fault.at` on and before `until` start a run; the run ends with the next good answer, whenever that comes. */
function measure(fault: Fault, group: string, answers: readonly Answer[], until: number): Outage {
  let lastGood = fault.at;
  let runStart: number | undefined;
  let [outageMs, slowestMs, bad] = [0, 0, 0];
  const close = (at: number) => {
    if (runStart !== undefined) outageMs = Math.max(outageMs, at - runStart);
    runStart = undefined;
  };
  for (const answer of answers) {
    if (answer.ok) {
      close(answer.at);
      lastGood = answer.at;
      if (answer.at >= fault.at && answer.at < until) slowestMs = Math.max(slowestMs, answer.ms);
    } else if (answer.at >= fault.at && answer.at < until) {
      bad += 1;
      runStart ??= Math.max(lastGood, fault.at);
    }
    if (answer.at >= until && runStart === undefined) break;
  }
  const recovered = runStart === undefined;
  close(answers.at(-1)?.at ?? fault.at);
  return { fault, group, outageMs, slowestMs, bad, recovered };
}

function nothing(fault: Fault): Outage {
  return { fault, group: undefined, outageMs: 0, slowestMs: 0, bad: 0, recovered: true };
}
