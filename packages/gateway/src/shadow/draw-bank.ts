/**
 * What the owner has shown of things whose parts it draws at random, per state of the thing: a candidate may show those parts and no others.
 * Bounded: states that were not shown for long are forgotten, and learned anew.
 */
import type { Difference, DifferenceKind } from './difference.ts';

/** One drawn field of one thing in one answer. */
export interface Draw {
  /** Extraction, field and state of the thing. */
  readonly key: string;
  /** `choices`, or `[].choices` in a list. */
  readonly path: string;
  /** As JSON, keys in the order they were sent. */
  readonly elements: readonly string[];
}

export interface DrawProblem {
  readonly key: string;
  readonly difference: Difference;
  /** The owner may still show it: asking it again can settle it. */
  readonly open: boolean;
}

interface Shown {
  draws: number;
  readonly timesByElement: Map<string, number>;
  readonly sizes: Set<number>;
}

const statesMax = 5_000;
const elementsMax = 500;
/** From this chance on that drawing evenly would have looked like this, it is taken for a rule of the owner's … */
const suspicionMax = 1e-6;
/** … and from this one on for certain, so that the owner need not be asked any more. */
const certaintyMax = 1e-9;
const drawsMin = 16;

export class DrawBank {
  /** The least recently shown first. */
  readonly #shownByKey = new Map<string, Shown>();

  /** What the owner has shown. */
  learn(draws: readonly Draw[]): void {
    for (const { key, elements } of draws) {
      const shown = this.#shownByKey.get(key) ?? { draws: 0, timesByElement: new Map<string, number>(), sizes: new Set<number>() };
      this.#shownByKey.delete(key);
      this.#shownByKey.set(key, shown);
      shown.draws += 1;
      shown.sizes.add(elements.length);
      for (const element of new Set(elements)) {
        const times = shown.timesByElement.get(element);
        if (times !== undefined || shown.timesByElement.size < elementsMax) shown.timesByElement.set(element, (times ?? 0) + 1);
      }
      if (this.#shownByKey.size > statesMax) this.#shownByKey.delete(this.#shownByKey.keys().next().value!);
    }
  }

  /** What the owner would not show, as far as it is known. */
  judge(draws: readonly Draw[]): DrawProblem[] {
    return draws.flatMap((draw) => this.#judgeDraw(draw));
  }

  #judgeDraw({ key, path, elements }: Draw): DrawProblem[] {
    const shown = this.#shownByKey.get(key) ?? { draws: 0, timesByElement: new Map<string, number>(), sizes: new Set<number>() };
    const problem = (kind: DifferenceKind, owner: string, candidate: string, open: boolean): DrawProblem => ({
      key,
      open,
      difference: { path, kind, owner, candidate, context: {} },
    });
    const isOpen = !isWellKnown(shown);
    const found = elements
      .filter((element, at) => elements.indexOf(element) !== at)
      .map((element) => problem('doubled-element', '', element, false));
    if (!shown.sizes.has(elements.length)) found.push(problem('length', [...shown.sizes].join(' or '), String(elements.length), isOpen));
    for (const element of elements) if (!shown.timesByElement.has(element)) found.push(problem('extra-element', '', element, isOpen));
    const always = alwaysShown(shown);
    for (const element of always.elements)
      if (!elements.includes(element)) found.push(problem('missing-element', element, '', always.isOpen));
    return found;
  }
}

/** Were there one more element, drawn as evenly as the others, it would have been shown by now: it stays out of n draws of k from m with (1 - k / m)^n. */
function isWellKnown({ draws, timesByElement, sizes }: Shown): boolean {
  const share = Math.max(0, ...sizes) / (timesByElement.size + 1);
  return draws >= drawsMin && (share === 0 || (1 - share) ** draws <= certaintyMax);
}

/** Elements of every draw, where that is no chance: drawn evenly, one is in all of n draws of k from m with (k / m)^n. */
function alwaysShown({ draws, timesByElement, sizes }: Shown): { readonly elements: readonly string[]; readonly isOpen: boolean } {
  const share = Math.max(0, ...sizes) / Math.max(1, timesByElement.size);
  if (share >= 1 || share ** draws > suspicionMax) return { elements: [], isOpen: false };
  const elements = [...timesByElement].filter(([, times]) => times === draws).map(([element]) => element);
  return { elements, isOpen: share ** draws > certaintyMax };
}
