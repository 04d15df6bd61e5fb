/** What writes tell users that they have just been given: an owner whose requests cross may tell it twice, and once is enough. */
import type { RecordedWrite } from '../recorded-write.ts';
import { clientKeyOf } from '../routing/client-key.ts';
import type { Difference } from '../shadow/difference.ts';
import { readBody, type Json } from '../shadow/read-body.ts';
import type { CapturedAnswer } from '../shadow/sample.ts';
import { fieldOf, parsed } from './body-field.ts';

/** Declared by a route that writes; holds where its answers are compared after the fact. */
export interface AnnouncementRule {
  /** The field of the answer that lists what has just been given, without an order of its own: compared by id. */
  readonly field: string;
  /** The field of the body that names the user; the token's user comes first. */
  readonly to: string;
}

export class Announcements {
  readonly #rule: AnnouncementRule;
  /** How often each side has told a user of something, over all answers. */
  readonly #owner = new Map<string, number>();
  readonly #candidate = new Map<string, number>();

  constructor(rule: AnnouncementRule) {
    this.#rule = rule;
  }

  get sentence(): string {
    return `${this.#rule.field} is compared by id; what the owner tells a user of this more than once must be told once`;
  }

  /** How many things the owner has told users of. */
  get told(): number {
    return this.#owner.size;
  }

  hear(write: RecordedWrite, owner: CapturedAnswer, candidate: CapturedAnswer | string): void {
    for (const element of this.#elementsOf(owner)) count(this.#owner, this.#keyOf(write, element));
    if (typeof candidate === 'string') return;
    for (const element of this.#elementsOf(candidate)) count(this.#candidate, this.#keyOf(write, element));
  }

  /** Another order; or one less of what the owner has told this user twice and the candidate has told as well. Never one too many. */
  explains(write: RecordedWrite, { path, kind, owner }: Difference): boolean {
    if (path !== this.#rule.field) return false;
    if (kind === 'order') return true;
    if (kind !== 'missing-element') return false;
    const key = this.#keyOf(write, JSON.parse(owner) as Json);
    return (this.#owner.get(key) ?? 0) > 1 && (this.#candidate.get(key) ?? 0) > 0;
  }

  #elementsOf(answer: CapturedAnswer): readonly Json[] {
    const body = readBody(answer);
    const list = body.kind === 'json' ? fieldOf(body.value, this.#rule.field) : undefined;
    return Array.isArray(list) ? list : [];
  }

  #keyOf(write: RecordedWrite, element: Json): string {
    return `${this.#userOf(write)} ${JSON.stringify(fieldOf(element, 'id') ?? element)}`;
  }

  #userOf({ headers, body = '' }: RecordedWrite): string {
    const at = headers.findIndex((name, place) => place % 2 === 0 && name.toLowerCase() === 'authorization');
    const key = clientKeyOf(at === -1 ? undefined : headers[at + 1], '', '');
    if (key.startsWith('u:')) return key;
    const named = fieldOf(parsed(Buffer.from(body, 'base64').toString()), this.#rule.to);
    return `u:${typeof named === 'string' ? named : JSON.stringify(named)}`;
  }
}

function count(times: Map<string, number>, key: string): void {
  times.set(key, (times.get(key) ?? 0) + 1);
}
