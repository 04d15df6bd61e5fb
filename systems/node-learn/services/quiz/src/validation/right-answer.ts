/** Decides whether an answer is right from what was shown and given, as the browser decides it. */
import type { answerBody, questionType } from '@node-learn/contracts';
import { z } from 'zod';

const ids = z.array(z.int()).max(100);

/** What a client sends to have its answer judged: the drawn choices and those it selected, or the words it typed. */
export const givenProof = z.union([
  z.object({ shownChoiceIds: ids, selectedChoiceIds: ids }),
  z.object({ texts: z.array(z.string().max(1_000)).max(100) }),
]);

export type GivenProof = z.output<typeof givenProof>;

export interface JudgedQuestion {
  readonly type: z.output<typeof questionType>;
  readonly choices: z.output<typeof answerBody>['choices'];
  readonly keywords: readonly string[];
}

/** False for a proof that does not fit the question: words for choices, or choices that are not its own. */
export function isRightAnswer({ type, choices, keywords }: JudgedQuestion, proof: GivenProof): boolean {
  if (type === 'text_input') return 'texts' in proof && isRightText(keywords, proof.texts);
  if ('texts' in proof) return false;
  const shown = new Set(proof.shownChoiceIds);
  const selected = new Set(proof.selectedChoiceIds);
  const isOwn = [...shown].every((id) => choices.some((choice) => choice.id === id));
  if (!isOwn || !isWithin(selected, shown)) return false;
  const good = new Set(choices.filter((choice) => choice.isGood && shown.has(choice.id)).map(({ id }) => id));
  if (type === 'single_choice') return selected.size === 1 && isWithin(selected, good);
  return selected.size === good.size && isWithin(selected, good);
}

/** As many words as keywords, all of them, none twice. */
function isRightText(keywords: readonly string[], texts: readonly string[]): boolean {
  const wanted = new Set(keywords.map(normalise));
  const given = new Set(texts.map(normalise));
  return texts.length === keywords.length && given.size === wanted.size && isWithin(given, wanted);
}

function isWithin<Element>(part: ReadonlySet<Element>, whole: ReadonlySet<Element>): boolean {
  return [...part].every((element) => whole.has(element));
}

function normalise(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[?!.\-/']/g, '');
}
