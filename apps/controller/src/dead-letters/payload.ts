/** What an operator sees of an event that was set aside: whole, but for what says something about a person. */

import { type CatalogueEntry, type EventContract, readEvent } from '@banyan/contract';

export type Catalogue = readonly CatalogueEntry[];

const hidden = '(personal)';

export interface Shown {
  readonly key: string;
  readonly error: string;
  readonly payload: unknown;
}

/** Hides the fields that the contract marks as personal and those it does not know, also where the error repeats their values. */
export function withoutPersonal(catalogue: Catalogue, type: string, shown: Shown): Shown {
  const contract = contractOf(catalogue, type);
  const content = isObject(shown.payload) ? shown.payload : undefined;
  const data = isObject(content?.['data']) ? content['data'] : undefined;
  if (content === undefined || data === undefined) return { ...shown, payload: hidden };
  const secret = Object.keys(data).filter((field) => isPersonal(contract, field));
  const values = secret.map((field) => data[field]).filter((value) => typeof value === 'string' && value.length > 2) as string[];
  const payload = { ...content, data: { ...data, ...Object.fromEntries(secret.map((field) => [field, hidden])) } };
  const error = values.reduce((text, value) => text.replaceAll(value, hidden), shown.error);
  const isKeyPersonal = contract !== undefined && secret.includes(contract.key);
  if (!isKeyPersonal) return { ...shown, error, payload };
  return { key: hidden, error, payload: { ...payload, subject: hidden, partitionkey: hidden } };
}

function isPersonal(contract: EventContract | undefined, field: string): boolean {
  if (contract === undefined || !Object.hasOwn(contract.data.shape, field)) return true;
  return (contract.personal ?? []).includes(field);
}

/** Undefined when the reader's contract and its upcasters can read the event; else why not. */
export function whyUnreadable(catalogue: Catalogue, type: string, content: unknown): string | undefined {
  const contract = contractOf(catalogue, type);
  if (contract === undefined) return `the system's catalogue has no event "${type}"`;
  const reading = readEvent(contract, content);
  return 'unreadable' in reading ? reading.unreadable : undefined;
}

function contractOf(catalogue: Catalogue, type: string): EventContract | undefined {
  return catalogue.find(({ contract }) => contract.type === type)?.contract;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
