/** Judges samples: learns noise, tells lag and noise from mismatches, and groups what nothing explains. */
import type { MismatchGroup, RouteShadowReport, ShadowReport } from '../shadow-report.ts';
import { compareAnswers, type Difference } from './difference.ts';
import { emptyNoise, Noise, type NoiseState } from './noise.ts';
import type { Redactor } from './redact.ts';
import type { CapturedAnswer, ShadowSample, ShadowTally } from './sample.ts';

const groupsPerRoute = 100;
const undecidedPerRoute = 100;
const routesMax = 1_000;

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
  readonly #unconfirmed = new Map<string, Pending & { readonly route: string }>();

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  get state(): ComparisonState {
    return this.#state;
  }

  /** Returns true when the sample should be asked again before it is judged. @param source tells the workers apart */
  take(sample: ShadowSample, source: string): boolean {
    const route = this.#route(sample.route);
    if (route === undefined) return false;
    const noise = this.#noise(route);
    if (sample.quiet && sample.again !== undefined) this.#learn(noise, sample.owner, sample.again, sample.confirms);
    const key = `${source} ${sample.id}`;
    if (sample.confirms) {
      const before = this.#unconfirmed.get(key);
      this.#unconfirmed.delete(key);
      if (before !== undefined) this.#judgeConfirmed(route, noise, before, sample);
      this.#decide(route, noise);
      return false;
    }
    if (sample.candidate === undefined) {
      this.#unanswered(route, sample);
      return false;
    }
    route.compared += 1;
    const differences = compareAnswers(sample.owner, sample.candidate, noise.matching);
    if (differences.length === 0) route.equal += 1;
    else if (differences.every((difference) => noise.explains(difference))) route.excused += 1;
    else {
      const pending = { route: sample.route, method: sample.method, path: sample.path, quiet: sample.quiet, differences };
      this.#unconfirmed.set(key, pending);
      if (this.#unconfirmed.size > 1_000) this.#giveUpOldest();
      this.#decide(route, noise);
      return true;
    }
    this.#decide(route, noise);
    return false;
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
  }

  #learn(noise: Noise, owner: CapturedAnswer, again: CapturedAnswer, confirms: boolean): void {
    // The worker has counted equal pairs of first samples in its tally already.
    if (!confirms && compareAnswers(owner, again, noise.matching).length === 0) return;
    noise.learn(owner, again);
  }

  /**
   * Asked again past all writes: noise that was learned meanwhile explains the first differences; a difference that was made during a write
   * and is gone now was lag. A difference made in quiet stays a mismatch even when the second answer was right.
   */
  #judgeConfirmed(route: RouteState, noise: Noise, before: Pending, sample: ShadowSample): void {
    const remaining = before.differences.filter((difference) => !noise.explains(difference));
    if (remaining.length === 0) {
      route.excused += 1;
      return;
    }
    if (!before.quiet) {
      const now =
        sample.candidate === undefined
          ? undefined
          : compareAnswers(sample.owner, sample.candidate, noise.matching).filter((difference) => !noise.explains(difference));
      if (now === undefined || now.length === 0 || !sample.quiet) {
        // Equal now: it was lag. Still being written: both sides have not passed it, so it does not count.
        if (now?.length === 0) route.lagging += 1;
        else this.#drop(route, 'never-quiet');
        return;
      }
      this.#mismatch(route, noise, { ...before, quiet: true, differences: now });
      return;
    }
    this.#mismatch(route, noise, { ...before, differences: remaining });
  }

  #judgeUnconfirmed(pending: Pending & { readonly route: string }): void {
    const route = this.#route(pending.route);
    if (route === undefined) return;
    if (pending.quiet) this.#mismatch(route, this.#noise(route), pending);
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
      route.undecided.push(pending);
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
    if (Object.keys(route.groups).length >= groupsPerRoute) return this.#drop(route, 'groups-full');
    const sample = {
      method,
      path: redactor.path(path),
      owner: redactor.value(difference.path, difference.owner),
      candidate: redactor.value(difference.path, difference.candidate),
    };
    route.groups[key] = { path: difference.path, kind: difference.kind, cause, count: 1, firstMs: now, lastMs: now, sample };
  }

  #drop(route: RouteState, reason: string): void {
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
      rules: noise.rules(),
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

/** Why two answers differ, as far as the difference itself tells. */
function causeOf({ kind, owner, candidate }: { kind: string; owner: string; candidate: string }): string {
  switch (kind) {
    case 'status':
      return `${owner} became ${candidate}`;
    case 'length':
      return Number(candidate) < Number(owner) ? 'fewer elements' : 'more elements';
    case 'type':
      return `${typeName(owner)} became ${typeName(candidate)}`;
    case 'unanswered':
      return candidate;
    case 'value':
      if (owner === `"${candidate}"` || candidate === `"${owner}"`) return 'number and text';
      return owner.toLowerCase() === candidate.toLowerCase() ? 'letter case' : 'another value';
    default:
      return kind;
  }
}

function typeName(text: string): string {
  const kinds: Record<string, string> = { n: 'null', '"': 'text', '[': 'array', '{': 'object', t: 'boolean', f: 'boolean' };
  return kinds[text.charAt(0)] ?? 'number';
}
