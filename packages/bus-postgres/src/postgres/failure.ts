/** Tells a lost connection from a refusal: after the one the next call connects again, the other stays. */
import { BusError } from '@banyan/bus';
import { DatabaseError } from 'pg';

/** The server says these when it ends a session or does not take one. */
const endings = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '53300']);

/** BUS_CONNECTION_LOST for what a lost connection does; any other error as it is. */
export function toBusError(error: unknown, during: string): unknown {
  if (!isConnectionLost(error)) return error;
  return new BusError('BUS_CONNECTION_LOST', `The connection to PostgreSQL ended during ${during}: ${(error as Error).message}.`, {
    cause: error,
  });
}

function isConnectionLost(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.code?.startsWith('08') === true || endings.has(error.code ?? '');
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof AggregateError) return error.errors.some(isConnectionLost);
  if (code !== undefined && /^(ECONN|EPIPE|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|EAI_AGAIN|ENOTFOUND)/.test(code)) return true;
  return (
    code === undefined &&
    /connection (terminated|ended|error|timeout)|not queryable|client was closed|timeout exceeded/i.test(error.message)
  );
}
