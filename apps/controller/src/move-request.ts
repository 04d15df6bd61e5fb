/** What a caller asks for when it moves, takes back or verifies an extraction. */

import { isStage } from '@banyan/migration/stages';
import type { Stage } from '@banyan/migration/stages';
import { ControllerError } from './errors.ts';

export interface MoveRequest {
  readonly to?: Stage;
  readonly sharePercent?: number;
  readonly reason?: string;
  readonly actor: string;
  readonly force?: boolean;
  readonly waitMs?: number;
  readonly repair?: boolean;
  readonly lost?: boolean;
}

const fieldChecks: Readonly<Record<keyof MoveRequest, { readonly expected: string; readonly isValid: (value: unknown) => boolean }>> = {
  to: { expected: 'a stage (planned, replicating, shadow, canary, owner, retired)', isValid: isStage },
  sharePercent: {
    expected: 'a whole number from 1 to 100',
    isValid: (it) => Number.isInteger(it) && (it as number) >= 1 && (it as number) <= 100,
  },
  reason: { expected: 'a text of at most 1000 characters', isValid: (it) => typeof it === 'string' && it.length <= 1000 },
  actor: { expected: 'a text of at most 200 characters', isValid: (it) => typeof it === 'string' && it !== '' && it.length <= 200 },
  force: { expected: 'true or false', isValid: (it) => typeof it === 'boolean' },
  waitMs: { expected: 'milliseconds from 0 to 3,600,000', isValid: (it) => typeof it === 'number' && it >= 0 && it <= 3_600_000 },
  repair: { expected: 'true or false', isValid: (it) => typeof it === 'boolean' },
  lost: { expected: 'true or false', isValid: (it) => typeof it === 'boolean' },
};

/** Checks every field; unknown ones are refused. Throws `CONTROLLER_REQUEST_INVALID`. */
export function readMoveRequest(given: unknown, allowed: readonly (keyof MoveRequest)[]): MoveRequest {
  const body = given ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('The body', 'a JSON object', body);
  for (const [field, value] of Object.entries(body)) {
    const check = allowed.includes(field as keyof MoveRequest) ? fieldChecks[field as keyof MoveRequest] : undefined;
    if (check === undefined)
      throw new ControllerError('CONTROLLER_REQUEST_INVALID', `The field "${field}" is unknown here; allowed: ${allowed.join(', ')}.`);
    if (!check.isValid(value)) throw invalid(`The field "${field}"`, check.expected, value);
  }
  return { actor: 'unknown', ...body };
}

function invalid(what: string, expected: string, value: unknown): ControllerError {
  return new ControllerError('CONTROLLER_REQUEST_INVALID', `${what} must be ${expected}; it is ${JSON.stringify(value)}.`);
}
