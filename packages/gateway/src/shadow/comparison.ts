/** Judges samples: learns noise, tells lag and noise from mismatches, and groups what nothing explains. */
import type { MismatchGroup, RouteShadowReport, ShadowReport } from '../shadow-report.ts';
import { causeOf } from './cause.ts';
import { declaredRules, type DeclaredState } from './declared-rules.ts';
import { prepare, type PreparedSample } from './declared.ts';
import { compareAnswers, type Difference } from './difference.ts';
import { type Draw, DrawBank, type DrawProblem } from './draw-bank.ts';
import { emptyNoise, Noise, type NoiseState } from './noise.ts';
import type { Redactor } from './redact.ts';
import { sameAnswer } from './same-answer.ts';
import { stateToKeep } from './state-to-keep.ts';
import type { DeclaredRules, ShadowSample, ShadowTally } from './sample.ts';

const groupsPerRoute = 100;
const undecidedPerRoute = 100;
const routesMax = 1_000;
/** How often both sides are asked again, the owner twice each time, until enough is known of what the owner draws. */
const roundsMax = 32;

interface Group {
  path: string;
  kind: string;
  cause: string;
  count: number;
  firstMs: number;
  lastMs: number;
  sample: MismatchGroup['sample'];
}

interface Pending {
  readonly method: string;
  readonly path: string;
  readonly quiet: boolean;
  readonly differences: readonly Difference[];
  /** What the candidate showed of what is drawn at random. */
  readonly draws: readonly Draw[];
  /** Its whole answer, when that is drawn from a list and was not in it. */
  readonly drawn?: string;
  /** The first answers were made during a write; these are later ones. */
  readonly late?: true;
}

interface Unconfirmed extends Pending {
  readonly route: string;
  readonly rounds: number;
}

/** Plain data, so that it can be kept on disk. */
export interface RouteState {
  compared: number;
  equal: number;
  mismatches: number;
  excused: number;
  lagging: number;
  unanswered: number;
  readonly droppedBy: Record<string, number>;
  readonly noise: NoiseState;
  readonly groups: Record<string, Group>;
  undecided: Pending[];
  /** Absent for a route that declares nothing. */
  declared?: DeclaredState;
}

export type ComparisonState = Record<string, RouteState>;

export interface ComparisonParts {
  readonly state: ComparisonState;
  readonly redactor: Redactor;
  readonly samplesMin: number;
  readonly keepMs: number;
  readonly nowMs: () => number;
}

export class Comparison {
  readonly #parts: ComparisonParts;
  #state: ComparisonState;
  /** Differences that were sent back to be asked again, by source and sample. */
  readonly #unconfirmed = new Map<string, Unconfirmed>();
  #bank = new DrawBank();

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  get state(): ComparisonState {
    return stateToKeep(this.#state);
  }

  /** Returns true when the sample should be asked again before it is judged. @param source tells the workers apart */
  take(sample: ShadowSample, source: string): boolean {
    const route = this.#route(sample.route);
    if (route === undefined) return false;
    const noise = this.#noise(route);
    const seen = prepare(sample);
    this.#bank.learn(seen.ownerDraws);
    if (sample.quiet && seen.own !== undefined) this.#learn(noise, seen.own, sample);
    const asks = sample.confirms
      ? this.#takeConfirmation(route, noise, sample, seen, source)
      : this.#takeFirst(route, noise, sample, seen, source);
    this.#decide(route, noise);
    return asks;
  }

  #takeFirst(route: RouteState, noise: Noise, sample: ShadowSample, seen: PreparedSample, source: string): boolean {
    if (seen.candidate === undefined) {
      this.#unanswered(route, sample);
      return false;
    }
    route.compared += 1;
    const pending = this.#compare(noise, sample, seen);
    if (sample.compare !== undefined) noteDeclared(route, sample.compare, !seen.identical);
    if (isSettled(pending) && pending.differences.length === 0 && (sample.compare === undefined || seen.identical)) route.equal += 1;
    else if (isSettled(pending) && this.#explains(noise, pending)) route.excused += 1;
    else {
      this.#await(`${source} ${sample.id}`, { ...pending, route: sample.route, rounds: 0 });
      return true;
    }
    return false;
  }

  #takeConfirmation(route: RouteState, noise: Noise, sample: ShadowSample, seen: PreparedSample, source: string): boolean {
    const key = `${source} ${sample.id}`;
    const before = this.#unconfirmed.get(key);
    this.#unconfirmed.delete(key);
    if (before === undefined) return false;
    const open = this.#judgeConfirmed(route, noise, before, sample, seen);
    if (open !== undefined) this.#await(key, { ...open, route: sample.route, rounds: before.rounds + 1 });
    return open !== undefined;
  }

  tally({ route: id, equal, ownerEqual, dropped }: ShadowTally): void {
    const route = this.#route(id);
    if (route === undefined) return;
    route.compared += equal;
    route.equal += equal;
    const noise = this.#noise(route);
    noise.learnEqual(ownerEqual);
    for (const [reason, count] of Object.entries(dropped)) route.droppedBy[reason] = (route.droppedBy[reason] ?? 0) + count;
    this.#decide(route, noise);
  }

  /** A sample that was to be asked again never came back. */
  forget(source: string): void {
    for (const [key, pending] of this.#unconfirmed) {
      if (!key.startsWith(`${source} `)) continue;
      this.#unconfirmed.delete(key);
      this.#judgeUnconfirmed(pending);
    }
  }

  report(): ShadowReport {
    this.#expire();
    return { routes: Object.fromEntries(Object.entries(this.#state).map(([id, route]) => [id, this.#reportRoute(id, route)])) };
  }

  reset(): void {
    this.#state = {};
    this.#unconfirmed.clear();
    this.#bank = new DrawBank();
  }

  #learn(noise: Noise, [one, two]: NonNullable<PreparedSample['own']>, { owner, again, confirms }: ShadowSample): void {
    // The worker has counted equal pairs of first samples in its tally already.
    if (!confirms && again !== undefined && sameAnswer(owner, again)) return;
    noise.learn(one, two);
  }

  #compare(
    noise: Noise,
    { method, path, quiet }: ShadowSample,
    seen: PreparedSample,
  ): Pending & { readonly problems: readonly DrawProblem[] } {
    const { owner, candidate, candidateDraws: draws, identical, drawn, listed } = seen;
    const differences = candidate === undefined ? [] : compareAnswers(owner, candidate, noise.matching);
    const isForeign = drawn !== undefined && !identical && !listed.has(drawn);
    return { method, path, quiet, differences, draws, ...(isForeign ? { drawn } : {}), problems: identical ? [] : this.#bank.judge(draws) };
  }

  #explains(noise: Noise, { differences }: Pending): boolean {
    return differences.every((difference) => noise.explains(difference));
  }

  #await(key: string, { problems: _judged, ...pending }: Unconfirmed & { readonly problems?: readonly DrawProblem[] }): void {
    this.#unconfirmed.set(key, pending);
    if (this.#unconfirmed.size > 1_000) this.#giveUpOldest();
  }

  /**
   * Asked again past all writes: noise that was learned meanwhile explains the first differences; a difference that was made during a write
   * and is gone now was lag. A difference made in quiet stays a mismatch even when the second answer was right. What is drawn is judged by
   * what the owner has shown by now; the pending sample is returned when it must be asked once more.
   */
  #judgeConfirmed(route: RouteState, noise: Noise, before: Unconfirmed, sample: ShadowSample, seen: PreparedSample): Pending | undefined {
    const remaining = before.differences.filter((difference) => !noise.explains(difference));
    const problems = this.#bank.judge(before.draws);
    const isForeign = before.drawn !== undefined && !seen.listed.has(before.drawn);
    if (remaining.length === 0 && problems.length === 0 && !isForeign) {
      if (before.late === true) route.lagging += 1;
      else route.excused += 1;
      return undefined;
    }
    if (!before.quiet) return this.#judgeAnew(route, noise, sample, seen);
    const known = problems.filter(({ open }) => !open);
    if (remaining.length > 0 || known.length > 0) {
      this.#mismatch(route, noise, {
        ...before,
        differences: [...remaining, ...differencesOf(known), ...(isForeign && sample.quiet ? foreign(before) : [])],
      });
      return undefined;
    }
    if (!sample.quiet) return this.#drop(route, 'never-quiet');
    const shown = new Set(seen.ownerDraws.map(({ key }) => key));
    // The owner has another state of the thing now, and will not show this one's parts any more.
    if (problems.length > 0 && problems.every(({ key }) => !shown.has(key))) return this.#drop(route, 'changed-meanwhile');
    if (problems.length > 0 && before.rounds < roundsMax) return before;
    // Too many parts to know them all by now; what was learned stays, so that the next time is judged.
    if (problems.length > 0) return this.#drop(route, 'draws-unknown');
    this.#mismatch(route, noise, { ...before, differences: foreign(before) });
    return undefined;
  }

  /** The first answers were made during a write: the second ones count, once both sides have passed it. */
  #judgeAnew(route: RouteState, noise: Noise, sample: ShadowSample, seen: PreparedSample): Pending | undefined {
    if (seen.candidate === undefined) return this.#drop(route, 'never-quiet');
    const now = this.#compare(noise, sample, seen);
    if (isSettled(now) && this.#explains(noise, now)) {
      route.lagging += 1;
      return undefined;
    }
    if (!sample.quiet) return this.#drop(route, 'never-quiet');
    const remaining = now.differences.filter((difference) => !noise.explains(difference));
    if (remaining.length === 0 && now.problems.every(({ open }) => open)) return { ...now, late: true };
    const differences = [...remaining, ...differencesOf(now.problems), ...(now.drawn === undefined ? [] : foreign(now))];
    this.#mismatch(route, noise, { ...now, differences });
    return undefined;
  }

  #judgeUnconfirmed(pending: Unconfirmed): void {
    const route = this.#route(pending.route);
    if (route === undefined) return;
    const differences = [...pending.differences, ...differencesOf(this.#bank.judge(pending.draws).filter(({ open }) => !open))];
    if (pending.quiet && differences.length > 0) this.#mismatch(route, this.#noise(route), { ...pending, differences });
    else this.#drop(route, 'unconfirmed');
  }

  #giveUpOldest(): void {
    const [key, pending] = this.#unconfirmed.entries().next().value!;
    this.#unconfirmed.delete(key);
    this.#judgeUnconfirmed(pending);
  }

  /** Before enough is learned nothing is judged: it waits, bounded, until it can be. Never-noise is judged at once. */
  #mismatch(route: RouteState, noise: Noise, pending: Pending): void {
    const certain = pending.differences.some(({ kind }) => kind === 'status' || kind.endsWith('-element') || kind === 'length');
    if (!noise.learned && !certain && route.undecided.length < undecidedPerRoute) {
      route.undecided.push({ ...pending, draws: [] });
      return;
    }
    route.mismatches += 1;
    for (const difference of pending.differences) if (!noise.explains(difference)) this.#group(route, pending, difference);
  }

  #decide(route: RouteState, noise: Noise): void {
    if (!noise.learned || route.undecided.length === 0) return;
    const waiting = route.undecided;
    route.undecided = [];
    for (const pending of waiting) {
      if (pending.differences.every((difference) => noise.explains(difference))) route.excused += 1;
      else this.#mismatch(route, noise, pending);
    }
  }

  #unanswered(route: RouteState, { method, path, owner, failure }: ShadowSample): void {
    route.unanswered += 1;
    this.#group(
      route,
      { method, path },
      { path: '', kind: 'unanswered', owner: String(owner.status), candidate: failure ?? '', context: {} },
    );
  }

  #group(
    route: RouteState,
    { method, path }: Pick<Pending, 'method' | 'path'>,
    difference: Omit<Difference, 'kind'> & { kind: string },
  ): void {
    const { redactor, nowMs } = this.#parts;
    const cause = causeOf(difference);
    const key = `${difference.kind} ${difference.path} ${cause}`;
    const now = nowMs();
    const known = route.groups[key];
    if (known !== undefined) {
      known.count += 1;
      known.lastMs = now;
      return;
    }
    if (Object.keys(route.groups).length >= groupsPerRoute) {
      this.#drop(route, 'groups-full');
      return;
    }
    const sample = {
      method,
      path: redactor.path(path),
      owner: redactor.value(difference.path, difference.owner),
      candidate: redactor.value(difference.path, difference.candidate),
    };
    route.groups[key] = { path: difference.path, kind: difference.kind, cause, count: 1, firstMs: now, lastMs: now, sample };
  }

  #drop(route: RouteState, reason: string): undefined {
    route.droppedBy[reason] = (route.droppedBy[reason] ?? 0) + 1;
  }

  #expire(): void {
    const oldestMs = this.#parts.nowMs() - this.#parts.keepMs;
    for (const route of Object.values(this.#state)) {
      for (const [key, group] of Object.entries(route.groups)) if (group.lastMs < oldestMs) delete route.groups[key];
    }
  }

  #reportRoute(id: string, route: RouteState): RouteShadowReport {
    const noise = this.#noise(route);
    const waiting = [...this.#unconfirmed.values()].filter((pending) => pending.route === id).length;
    const { compared, equal, mismatches, excused, lagging, unanswered, droppedBy } = route;
    return {
      compared, equal, mismatches, excused, lagging, unanswered,
      undecided: route.undecided.length + waiting,
      dropped: Object.values(droppedBy).reduce((sum, count) => sum + count, 0),
      droppedBy,
      noiseSamples: route.noise.samples,
      noiseLearned: noise.learned,
      rules: [...declaredRules(route.declared, route.compared), ...noise.rules()],
      groups: Object.values(route.groups).toSorted((one, two) => two.count - one.count).map(({ firstMs, lastMs, ...group }) => ({
        ...group,
        firstSeen: new Date(firstMs).toISOString(),
        lastSeen: new Date(lastMs).toISOString(),
      })),
    }; // prettier-ignore
  }

  #noise(route: RouteState): Noise {
    return new Noise(route.noise, this.#parts.samplesMin);
  }

  #route(id: string): RouteState | undefined {
    const known = this.#state[id];
    if (known !== undefined || Object.keys(this.#state).length >= routesMax) return known;
    return (this.#state[id] = {
      compared: 0,
      equal: 0,
      mismatches: 0,
      excused: 0,
      lagging: 0,
      unanswered: 0,
      droppedBy: {},
      noise: emptyNoise(),
      groups: {},
      undecided: [],
    });
  }
}

/** Nothing that is drawn stands in the way. */
function isSettled({ drawn, problems }: { readonly drawn?: string; readonly problems: readonly DrawProblem[] }): boolean {
  return drawn === undefined && problems.length === 0;
}

function differencesOf(problems: readonly DrawProblem[]): Difference[] {
  return problems.map(({ difference }) => difference);
}

/** An answer that no element of the owner's list is equal to. */
function foreign({ drawn = '' }: Pending): Difference[] {
  return [{ path: '', kind: 'extra-element', owner: '', candidate: drawn, context: {} }];
}

function noteDeclared(route: RouteState, rules: DeclaredRules, varied: boolean): void {
  route.declared = { rules, varied: (route.declared?.varied ?? 0) + (varied ? 1 : 0) };
}
