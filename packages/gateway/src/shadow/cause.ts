/** Why two answers differ, as far as the difference itself tells: what mismatches are grouped by. */
export function causeOf({ kind, owner, candidate }: { kind: string; owner: string; candidate: string }): string {
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
