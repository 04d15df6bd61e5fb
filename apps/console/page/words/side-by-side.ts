/** Lays two answers side by side: field by field where both are JSON, otherwise as texts, and marks what differs. */

export interface FieldRow {
  /** `user.roles[0]`; empty for the value itself. */
  readonly path: string;
  /** Undefined: the side has no such field. */
  readonly owner: string | undefined;
  readonly candidate: string | undefined;
  readonly differs: boolean;
}

/** A text in three parts, of which the middle one differs from the other side's. */
export interface MarkedText {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

export type SideBySide =
  | { readonly kind: 'fields'; readonly rows: readonly FieldRow[] }
  | { readonly kind: 'texts'; readonly owner: MarkedText; readonly candidate: MarkedText };

const rowsMax = 400;

export function sideBySide(owner: string, candidate: string): SideBySide {
  const [one, other] = [readJson(owner), readJson(candidate)];
  if (!isStructure(one) || !isStructure(other)) return { kind: 'texts', ...markTexts(owner, candidate) };
  const [left, right] = [fieldsOf(one), fieldsOf(other)];
  const paths = [...new Set([...left.keys(), ...right.keys()])].slice(0, rowsMax);
  const rows = paths.map((path) => {
    const [ownerText, candidateText] = [left.get(path), right.get(path)];
    return { path, owner: ownerText, candidate: candidateText, differs: ownerText !== candidateText };
  });
  return { kind: 'fields', rows };
}

function markTexts(owner: string, candidate: string): { readonly owner: MarkedText; readonly candidate: MarkedText } {
  const shortest = Math.min(owner.length, candidate.length);
  let start = 0;
  while (start < shortest && owner[start] === candidate[start]) start += 1;
  let end = 0;
  while (end < shortest - start && owner.at(-1 - end) === candidate.at(-1 - end)) end += 1;
  const cut = (text: string): MarkedText => ({
    before: text.slice(0, start),
    marked: text.slice(start, text.length - end),
    after: text.slice(text.length - end),
  });
  return { owner: cut(owner), candidate: cut(candidate) };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isStructure(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The leaves by their path; an empty list or object is a leaf. */
function fieldsOf(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  const inner = isStructure(value) ? Object.entries(value) : [];
  if (inner.length === 0) found.set(path, JSON.stringify(value));
  const stepTo = (name: string) => (Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`);
  for (const [name, part] of inner) fieldsOf(part, path + stepTo(name), found);
  return found;
}
