/** What the rounds of the cutover benchmark gave, as rows for comparison and as a table with p50 and p95. */
import { compare, quantile, type BenchmarkRow } from '../benchmark.ts';
import type { WriteCount } from './count-writes.ts';
import { perSecond, type LoadTurn } from './load-driver.ts';
import type { Moved } from './moves.ts';
import { wantedPerSecond } from './pace.ts';
import type { RawProbes, RawSwitch } from './raw-switch.ts';

export interface Round extends Moved {
  readonly load: LoadTurn;
  readonly raw: RawSwitch & RawProbes;
  readonly rawLoad: LoadTurn;
}

export interface Outcome {
  readonly rounds: readonly Round[];
  readonly count: WriteCount;
  readonly failed: number;
}

type Pick = (round: Round) => number;

interface Comparison {
  readonly name: string;
  readonly ours: Pick;
  readonly peer: Pick;
  readonly peerName: string;
}

const comparisons: readonly Comparison[] = [
  { name: 'held', ours: ({ report }) => report.heldMs, peer: ({ raw }) => raw.heldMs, peerName: 'lock both sides, PUT /routes, commit' },
  {
    name: 'last old to first new write',
    ours: ({ load }) => load.pauseMs ?? Number.NaN,
    peer: ({ rawLoad }) => rawLoad.silenceMs ?? Number.NaN,
    peerName: 'longest silence of that switch by hand',
  },
  { name: 'drain', ours: ({ report }) => report.drainMs, peer: ({ raw }) => raw.putMs, peerName: 'bare PUT /routes under load' },
  { name: 'lock wait', ours: ({ report }) => report.lockWaitMs, peer: ({ raw }) => raw.lockWaitMs, peerName: 'bare LOCK TABLE' },
  { name: 'fence and marker', ours: ({ markerMs }) => markerMs, peer: ({ raw }) => raw.messageMs, peerName: 'bare logical message' },
  { name: 'flip', ours: ({ report }) => report.flipMs, peer: ({ raw }) => raw.flipMs, peerName: 'bare PUT /routes' },
];

const parts: readonly (readonly [name: string, pick: Pick])[] = [
  ['drain (hold and writes under way)', ({ report }) => report.drainMs],
  ['lock wait', ({ report }) => report.lockWaitMs],
  ['fence and marker', ({ markerMs }) => markerMs],
  ['verify and sequences', ({ report }) => report.verifyMs],
  ['open', ({ report }) => report.openMs],
  ['flip', ({ report }) => report.flipMs],
  ['rest (journal)', ({ report: it, markerMs }) => it.heldMs - it.drainMs - it.lockWaitMs - markerMs - it.verifyMs - it.openMs - it.flipMs],
  ['held', ({ report }) => report.heldMs],
  ['last old to first new write', ({ load }) => load.pauseMs ?? Number.NaN],
  ['keys verified while held', ({ report }) => report.verifiedKeys],
  ['writes per second', ({ load }) => perSecond(load)],
  ['write p50', ({ load }) => load.p50Ms],
  ['write p99', ({ load }) => load.p99Ms],
  ['raw: held', ({ raw }) => raw.heldMs],
  ['raw: lock wait', ({ raw }) => raw.lockWaitMs],
  ['raw: longest silence', ({ rawLoad }) => rawLoad.silenceMs ?? Number.NaN],
  ['raw: write p50', ({ rawLoad }) => rawLoad.p50Ms],
  ['raw: write p99', ({ rawLoad }) => rawLoad.p99Ms],
  ['raw: writes on the old side afterwards', ({ rawLoad }) => rawLoad.late],
];

export function toRows({ rounds, count, failed }: Outcome): BenchmarkRow[] {
  const rows = comparisons.flatMap(({ name, ours, peer, peerName }) =>
    [0.5, 0.95].map((share) =>
      compare(`cutover ${name} p${share * 100}`, 'ms', 'lower', known(rounds, ours), peerName, known(rounds, peer), share),
    ),
  );
  const rates = rounds.map(({ load }) => perSecond(load));
  const kept = count.acknowledged - count.lost - count.doubled;
  return [
    ...rows,
    compare(
      'cutover write rate',
      '1/s',
      'higher',
      rates,
      'wanted',
      rounds.map(() => wantedPerSecond),
    ),
    { ...compare('cutover writes kept once', 'writes', 'higher', [kept], 'acknowledged', [count.acknowledged]), rounds: rounds.length },
    {
      ...compare('cutover writes answered', 'writes', 'higher', [count.acknowledged], 'asked', [count.acknowledged + failed]),
      rounds: rounds.length,
    },
  ];
}

/** A round in which the machine stood still may lack a first or last write. */
function known(rounds: readonly Round[], pick: Pick): number[] {
  return rounds.map(pick).filter((value) => !Number.isNaN(value));
}

/** Lines of p50, p95 and worst of every part, in milliseconds where nothing else is said. */
export function renderParts(rounds: readonly Round[]): string[] {
  const line = (name: string, ...cells: readonly string[]): string =>
    `${name.padEnd(40)}${cells.map((cell) => cell.padStart(10)).join('')}`;
  const values = parts.map(([name, pick]) => {
    return line(name, ...[0.5, 0.95, 1].map((share) => quantile(known(rounds, pick), share).toFixed(1)));
  });
  return [line('one cutover', 'p50', 'p95', 'worst'), ...values];
}
