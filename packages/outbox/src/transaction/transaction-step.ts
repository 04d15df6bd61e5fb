/** What a statement does to the transaction that it is sent in. */

export type TransactionStep =
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'savepoint' | 'release' | 'rollback-to'; readonly name: string };

const pattern =
  /^\s*(commit|end|rollback|abort|savepoint|release)\b(?:\s+(?:work|transaction)\b)?(\s+to\b)?(?:\s+savepoint\b)?(?:\s+("(?:[^"]|"")+"|[\w$]+))?/i;

/** undefined for a statement that works inside the transaction. Names are as the server folds them. */
export function toTransactionStep(statement: string): TransactionStep | undefined {
  const [, word, to, name] = pattern.exec(statement) ?? [];
  if (word === undefined) return undefined;
  const verb = word.toLowerCase();
  if (verb === 'commit' || verb === 'end') return { kind: 'commit' };
  if (verb !== 'savepoint' && verb !== 'release' && to === undefined) return { kind: 'rollback' };
  if (name === undefined) return undefined;
  const kind = verb === 'savepoint' || verb === 'release' ? verb : 'rollback-to';
  return { kind, name: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase() };
}
