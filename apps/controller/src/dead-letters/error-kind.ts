/** What kind of error a sentence tells of: what differs from one event to the next is taken out, so that dead letters of one cause form one group. */

const kindLengthMax = 300;
const varying = '…';

/** In this order: what a later rule would tear apart comes first. */
const rules: readonly (readonly [RegExp, string])[] = [
  // Quoted values. An apostrophe inside a word quotes nothing.
  [/"[^"]*"|`[^`]*`|“[^”]*”|‘[^’]*’|«[^»]*»/g, `"${varying}"`],
  [/(?<![\p{L}\p{N}])'.*?'(?![\p{L}\p{N}])/gu, `"${varying}"`],
  [/\bhttps?:\/\/\S+/g, varying],
  [/[^\s<>()"…]+@[\p{L}\p{N}.-]*[\p{L}\p{N}]/gu, varying],
  [/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/gi, varying],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, varying],
  // Ids made of letters and digits: hexadecimal ones from 8 characters on, others from 12.
  [/\b(?:0x)?(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{8,}\b/gi, varying],
  [/\b(?=[a-z]*\d)(?=\d*[a-z])[\da-z]{12,}\b/gi, varying],
  [/(?<![\p{L}\p{N}])-?\d+(?:[.,:]\d+)*|\d+(?:[.,:]\d+)*/gu, varying],
  [/\s+/g, ' '],
];

/** The same for errors that differ only in quoted texts, ids, times, addresses and numbers; at most 300 characters. */
export function errorKind(error: string): string {
  return rules
    .reduce((text, [pattern, by]) => text.replaceAll(pattern, by), error)
    .trim()
    .slice(0, kindLengthMax);
}
