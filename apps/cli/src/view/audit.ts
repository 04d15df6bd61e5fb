/** The audit as text: one line per entry, and what its chain says. */
import type { AuditEntry } from '@banyan/migration/audit';
import { paint } from '../output.ts';
import { plain } from './dead-letters.ts';

export function drawEntry({ seq, at, actor, action, extraction, reason, detail }: AuditEntry): string {
  const why = reason === '' ? '' : `  "${plain(reason)}"`;
  const outcome = outcomeText(detail);
  return `${paint('dim', `#${seq}`)}  ${at}  ${plain(actor)}  ${paint('bold', action)}  ${plain(extraction)}${why}${outcome === '' ? '' : `  ${plain(outcome)}`}`;
}

/** What came of it, where the detail says so: texts and numbers that are not nothing. */
function outcomeText(detail: unknown): string {
  const { outcome, error } = (detail ?? {}) as { readonly outcome?: unknown; readonly error?: unknown };
  if (typeof error === 'string') return error;
  if (typeof outcome !== 'object' || outcome === null) return '';
  const told = Object.entries(outcome).filter(([name, value]) => name !== 'message' && name !== 'done' && value !== 0 && value !== '');
  return told.flatMap(([name, value]) => (typeof value === 'object' ? [] : [`${name} ${String(value)}`])).join(', ');
}
