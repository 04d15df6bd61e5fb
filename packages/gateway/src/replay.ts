/** Does recorded writes again and judges the answers: what differs, and what the owner's own variation explains. */
import { defaultLimits } from './config.ts';
import { Upstreams } from './proxy/upstreams.ts';
import type { RecordedWrite } from './recorded-write.ts';
import { Announcements, type AnnouncementRule } from './recording/announcements.ts';
import { fieldOf, parsed } from './recording/body-field.ts';
import { askOnce } from './shadow/ask-once.ts';
import { compareAnswers, type Difference } from './shadow/difference.ts';
import { emptyNoise, Noise } from './shadow/noise.ts';
import { Redactor } from './shadow/redact.ts';
import type { CapturedAnswer } from './shadow/sample.ts';
import type { NoiseRule } from './shadow-report.ts';

export type { CapturedAnswer } from './shadow/sample.ts';

/** What a route that writes declares of what comes of it; everything else is compared as ever. */
export interface WriteRules {
  /** The answer tells users what they have just been given. */
  readonly announces?: AnnouncementRule;
  /** The service does in one transaction what the owner does in several, so that of the events of one key it tells the first alone. */
  readonly tellsOnce?: boolean;
  /**
   * The answer depends on a row that the body names, in a table that may have got it after the copies were made: then the write says nothing there, and
   * is left out.
   */
  readonly about?: AboutRule;
}

export interface AboutRule {
  /** The field of the body. */
  readonly field: string;
  /** `schema.table` in the monolith's database. */
  readonly table: string;
  readonly column: string;
}

/** What the body says in a field, as text; undefined for a body that is no JSON object, or does not have it. */
export function fieldOfBody({ body = '' }: Pick<RecordedWrite, 'body'>, field: string): string | undefined {
  const value = fieldOf(parsed(Buffer.from(body, 'base64').toString()), field);
  return typeof value === 'string' || value === undefined ? value : JSON.stringify(value);
}

/** Sends recorded writes, each to the programs named; one at a time per program when the caller waits. */
export class Replayer {
  readonly #upstreams = new Upstreams(defaultLimits, 4);
  readonly #timeoutMs: number;

  /** @param timeoutMs for one answer; default 30,000 */
  constructor(timeoutMs = 30_000) {
    this.#timeoutMs = timeoutMs;
  }

  /** The whole answer, or a text that says why there is none. @param url `http://host:port` */
  send(url: string, { method, path, headers, body }: RecordedWrite): Promise<CapturedAnswer | string> {
    return askOnce(this.#upstreams.get(url), {
      method,
      path,
      headers,
      body: body === undefined ? undefined : Buffer.from(body, 'base64'),
      answerMax: defaultLimits.shadowBodyBytes,
      timeoutMs: this.#timeoutMs,
    });
  }

  close(): Promise<void> {
    return this.#upstreams.close();
  }
}

/** A difference as it may be kept: values that name a person or open a door are hashes. */
export interface AnswerFinding {
  /** `[]` for any element; `status` and `header:etag` for what is not in the body. */
  readonly path: string;
  /** As in `MismatchGroup`. */
  readonly kind: string;
  readonly owner: string;
  readonly candidate: string;
}

export interface AnswerJudgement {
  readonly outcome: 'equal' | 'explained' | 'differing';
  /** What nothing explains. */
  readonly findings: readonly AnswerFinding[];
}

/** Answers of the owner with itself that must have been seen on a route before its variation explains others. */
const samplesMin = 5;
/** As often as a path must have varied for noise.ts to have a rule. */
const variedMin = 3;

/** The answers to one write. */
export interface AnsweredWrite {
  readonly write: RecordedWrite;
  readonly owner: CapturedAnswer;
  readonly ownerAgain: CapturedAnswer;
  /** A text says why there is none. */
  readonly candidate: CapturedAnswer | string;
}

/** Learns each route's noise from two answers of the owner to the same write; all of it first, then judges. */
export class AnswerJudge {
  readonly #noises = new Map<string, Noise>();
  readonly #announcements: ReadonlyMap<string, Announcements>;
  readonly #redactor: Redactor;

  /**
   * @param salt of the hashes in findings; keep it to nobody
   * @param rules what routes declare, by id
   */
  constructor(salt: string, rules: Readonly<Record<string, WriteRules>> = {}) {
    this.#redactor = new Redactor(salt);
    const announcing = Object.entries(rules).flatMap(([route, { announces }]) => (announces === undefined ? [] : [{ route, announces }]));
    this.#announcements = new Map(announcing.map(({ route, announces }) => [route, new Announcements(announces)]));
  }

  learn({ write, owner, ownerAgain, candidate }: AnsweredWrite): void {
    this.#noise(write.route).learn(owner, ownerAgain);
    this.#announcements.get(write.route)?.hear(write, owner, candidate);
  }

  /** What varied between the owner's two answers to this very write is noise as well, under the same limits: no status, no element, no other form. */
  judge({ write, owner, ownerAgain, candidate }: AnsweredWrite): AnswerJudgement {
    if (typeof candidate === 'string') return differing([{ path: '', kind: 'unanswered', owner: String(owner.status), candidate }]);
    const noise = this.#noise(write.route);
    const differences = compareAnswers(owner, candidate, noise.matching);
    if (differences.length === 0) return { outcome: 'equal', findings: [] };
    const own = new Noise(emptyNoise(), 0);
    for (let turn = 0; turn < variedMin; turn++) own.learn(owner, ownerAgain);
    const announcements = this.#announcements.get(write.route);
    const left = differences.filter(
      (difference) => !noise.explains(difference) && !own.explains(difference) && announcements?.explains(write, difference) !== true,
    );
    return left.length === 0 ? { outcome: 'explained', findings: [] } : differing(left.map((difference) => this.#finding(difference)));
  }

  /** By route, for those that have any. */
  rules(): ReadonlyMap<string, readonly NoiseRule[]> {
    return new Map([...this.#noises].map(([route, noise]) => [route, noise.rules()] as const).filter(([, rules]) => rules.length > 0));
  }

  /** How many things the owner has told users of, on all routes that announce; undefined when none does. */
  get announced(): number | undefined {
    return this.#announcements.size === 0 ? undefined : [...this.#announcements.values()].reduce((sum, { told }) => sum + told, 0);
  }

  /** What routes declare, by route, as a sentence. */
  declared(): ReadonlyMap<string, string> {
    return new Map([...this.#announcements].map(([route, { sentence }]) => [route, sentence]));
  }

  #finding({ path, kind, owner, candidate }: Difference): AnswerFinding {
    return { path, kind, owner: this.#redactor.value(path, owner), candidate: this.#redactor.value(path, candidate) };
  }

  #noise(route: string): Noise {
    let noise = this.#noises.get(route);
    if (noise === undefined) this.#noises.set(route, (noise = new Noise(emptyNoise(), samplesMin)));
    return noise;
  }
}

function differing(findings: readonly AnswerFinding[]): AnswerJudgement {
  return { outcome: 'differing', findings };
}
