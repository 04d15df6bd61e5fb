/** Decides whether an answer is right; the product does that in the browser. */

interface JudgedChoice {
  readonly id: number;
  readonly isGood: boolean;
}

/**
 * Right when exactly the good ones of the choices shown are selected: of a single choice that is one. Of a multiple choice of which no good one was
 * drawn nothing may be selected.
 */
export function areChoicesRight(shownIds: readonly number[], selectedIds: readonly number[], choices: readonly JudgedChoice[]): boolean {
  const good = new Set(choices.filter(({ isGood }) => isGood).map(({ id }) => id));
  const selected = new Set(selectedIds);
  return shownIds.every((id) => good.has(id) === selected.has(id)) && selectedIds.every((id) => good.has(id));
}

/** Right when the words are the keywords, in any order, each once; case, blanks around and a few signs do not count. */
export function areWordsRight(words: readonly string[], keywords: readonly string[]): boolean {
  const given = new Set(words.map(normalised));
  const wanted = new Set(keywords.map(normalised));
  return given.size === words.length && given.size === wanted.size && [...given].every((word) => wanted.has(word));
}

function normalised(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/[?!.\-/']/g, '');
}
