/** A bank of questions that shows its choices drawn at random and in no order, and copies of it with one planted fault. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

interface Choice {
  readonly id: number;
  readonly questionId: number;
  readonly choiceText: string;
}

export interface ShownQuestion {
  readonly id: number;
  readonly question: string;
  readonly isActive: boolean;
  readonly choices?: readonly Choice[];
  readonly updatedAt: string;
}

/** What a copy does wrong; each is something that noise learned from an owner must not explain. */
export const plantedFaults = [
  'a doubled choice',
  'a foreign choice',
  'a choice of another question',
  'a choice that was changed',
  'a missing choice',
  'one choice too many',
  'no right choice',
  'a question missing from the list',
  'a question twice in the list',
  'an inactive question in the list',
  'an inactive question at random',
  'choices at random',
  'an old text at random',
] as const;
export type PlantedFault = (typeof plantedFaults)[number];

const shownMax = 4;

/** Questions 1 to 8; odd ones have one right choice and seven wrong ones, even ones ten of which any four are shown; 8 is inactive. */
export class QuestionBank {
  readonly #fault: PlantedFault | undefined;
  /** Counts edits per question: each gives all its choices new ids and texts. */
  readonly #edits = new Map<number, number>();

  constructor(fault?: PlantedFault) {
    this.#fault = fault;
  }

  edit(id: number): void {
    this.#edits.set(id, this.editsOf(id) + 1);
  }

  editsOf(id: number): number {
    return this.#edits.get(id) ?? 0;
  }

  list(): ShownQuestion[] {
    const ids = [1, 2, 3, 4, 5, 6, 7, ...(this.#has('an inactive question in the list') ? [8] : [])];
    const listed = ids.filter((id) => !(id === 3 && this.#has('a question missing from the list'))).map((id) => this.find(id));
    if (this.#has('a question twice in the list')) listed[0] = this.find(2);
    return shuffle(listed);
  }

  find(id: number): ShownQuestion {
    return { ...this.#head(id), choices: this.#draw(id), updatedAt: this.#updatedAt(id) };
  }

  random(): Omit<ShownQuestion, 'choices'> | ShownQuestion {
    if (this.#has('an inactive question at random')) return { ...this.#head(8), updatedAt: this.#updatedAt(8) };
    const id = 1 + Math.floor(Math.random() * 7);
    if (this.#has('choices at random')) return this.find(id);
    const head = this.#has('an old text at random') ? { ...this.#head(id), question: 'Old text' } : this.#head(id);
    return { ...head, updatedAt: this.#updatedAt(id) };
  }

  serve = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const id = Number(path.slice('/api/questions/'.length));
    if (request.method === 'PUT') this.edit(id);
    const body = path === '/api/questions' ? this.list() : path.endsWith('/random') ? this.random() : this.find(id);
    const text = JSON.stringify(body);
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ETag: tagOf(text) }).end(text);
  };

  #head(id: number): { id: number; question: string; isActive: boolean } {
    return { id, question: `Question ${id}`, isActive: id !== 8 };
  }

  #updatedAt(id: number): string {
    return new Date(this.editsOf(id) * 1_000).toISOString();
  }

  #draw(id: number): Choice[] {
    const all = this.#choicesOf(id);
    const isSingle = id % 2 === 1 && !this.#has('no right choice');
    const drawn = isSingle
      ? [all[0]!, ...shuffle(all.slice(1)).slice(0, shownMax - 1)]
      : shuffle(all.slice(this.#has('no right choice') && id % 2 === 1 ? 1 : 0)).slice(0, shownMax);
    const last = drawn.at(-1)!;
    const others: Partial<Record<PlantedFault, Choice[]>> = {
      'a doubled choice': [...drawn.slice(0, -1), drawn[0]!],
      'a foreign choice': [...drawn.slice(0, -1), { ...last, id: 999, choiceText: 'From nowhere' }],
      'a choice of another question': [...drawn.slice(0, -1), this.#choicesOf(id + 2)[1]!],
      'a choice that was changed': [...drawn.slice(0, -1), { ...last, choiceText: `${last.choiceText}!` }],
      'a missing choice': drawn.slice(0, -1),
      'one choice too many': all.slice(0, shownMax + 1),
    };
    return shuffle((this.#fault === undefined ? undefined : others[this.#fault]) ?? drawn);
  }

  #choicesOf(id: number): Choice[] {
    const edit = this.editsOf(id);
    const count = id % 2 === 1 ? 8 : 10;
    return Array.from({ length: count }, (_, at) => ({
      id: edit * 1_000 + id * 20 + at,
      questionId: id,
      choiceText: `Choice ${at} of ${id}, edit ${edit}`,
    }));
  }

  #has(fault: PlantedFault): boolean {
    return this.#fault === fault;
  }
}

function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .toSorted((one, two) => one.key - two.key)
    .map(({ item }) => item);
}

function tagOf(text: string): string {
  return `W/"${createHash('sha1').update(text).digest('hex')}"`;
}
