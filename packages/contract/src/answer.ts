/** Compares an answer that was really given with what its endpoint promises. */
import type { EndpointContract } from './endpoint.ts';
import { ContractError } from './errors.ts';

export interface Answer {
  readonly status: number;
  /** The parsed body for JSON, its text otherwise; undefined when there was none. */
  readonly body?: unknown;
}

/**
 * What about the answer breaks the contract, as sentences; empty when nothing does.
 * Fields a schema does not name are a problem only where the schema is strict.
 * Throws CONTRACT_ANSWER_UNDECLARED when the endpoint declares no such status.
 */
export function findProblems(endpoint: EndpointContract, answer: Answer): string[] {
  const response = endpoint.responses[answer.status];
  if (response === undefined) {
    const declared = Object.keys(endpoint.responses).join(', ');
    throw new ContractError('CONTRACT_ANSWER_UNDECLARED', `"${endpoint.name}" answered ${answer.status}; it declares ${declared}.`);
  }
  if (response.body === undefined) {
    return answer.body === undefined || answer.body === '' ? [] : [`${answer.status} has a body, and none is declared`];
  }
  const parsed = response.body.safeParse(answer.body);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${['body', ...issue.path].join('.')}: ${issue.message}`);
}
