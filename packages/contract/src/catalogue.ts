/** All events of a system: who publishes each and who reads it, so that nothing is published undeclared. */
import { ContractError } from './errors.ts';
import type { EventContract } from './event.ts';

export interface CatalogueEntry {
  readonly contract: EventContract;
  /** The one program that publishes it, or those that each answer with it for themselves; absent for a type that is documented but retired. */
  readonly publisher?: string | readonly string[];
  readonly consumers: readonly string[];
}

/** Throws CONTRACT_EVENT_DUPLICATE when two entries share a type. */
export function eventCatalogue<const Entries extends readonly CatalogueEntry[]>(entries: Entries): Entries {
  const seen = new Set<string>();
  for (const { contract } of entries) {
    if (seen.has(contract.type)) throw new ContractError('CONTRACT_EVENT_DUPLICATE', `Two events have the type "${contract.type}".`);
    seen.add(contract.type);
  }
  return Object.freeze(entries);
}

/** What a program publishes according to the catalogue; its outbox takes these and no others. */
export function eventsPublishedBy(catalogue: readonly CatalogueEntry[], program: string): EventContract[] {
  return catalogue.filter((entry) => publishersOf(entry).includes(program)).map(({ contract }) => contract);
}

/** None of a type that is retired. */
export function publishersOf({ publisher = [] }: CatalogueEntry): readonly string[] {
  return typeof publisher === 'string' ? [publisher] : publisher;
}

export function eventsReadBy(catalogue: readonly CatalogueEntry[], program: string): EventContract[] {
  return catalogue.filter(({ consumers }) => consumers.includes(program)).map(({ contract }) => contract);
}
