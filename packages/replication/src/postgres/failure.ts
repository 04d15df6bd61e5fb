// Tells failures that pass (a restart, a dropped connection, a deadlock) from those that stay.
import { DatabaseError } from 'pg';
import { ReplicationError } from '../errors.ts';

const transientStates = new Set(['40001', '40P01', '55P03', '57P01', '57P02', '57P03', '57P05', '53300', '25P03', '58000']);
const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
]);

export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

/** True when the same step may well succeed if it is simply done again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ReplicationError) return error.cause !== undefined && isTransient(error.cause);
  const state = sqlState(error);
  if (state !== undefined) return state.startsWith('08') || transientStates.has(state);
  if (error instanceof AggregateError) return error.errors.some((inner) => isTransient(inner));
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined && transientCodes.has(code)) return true;
  return /connection (terminated|ended|error|lost)|not queryable|client was closed|timeout expired|timeout exceeded/i.test(error.message);
}

/** The slot is held by another session; PostgreSQL itself says 55006. */
export class SlotBusyError extends Error {}

/** PostgreSQL says 55006 while another session holds the slot or the origin. */
export function isBusy(error: unknown): boolean {
  return error instanceof SlotBusyError || sqlState(error) === '55006';
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map((inner) => messageOf(inner)).join('; ');
  return error instanceof Error ? error.message : String(error);
}
