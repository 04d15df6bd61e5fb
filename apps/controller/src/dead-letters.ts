/** Dead letters of all services, for an operator to look at: groups, and letters with their payload. What is seen of a person is audited. */

import type { DiscardedEntry } from '@banyan/bus';
import type { ControlStore } from '@banyan/migration/control-store';
import { createConsumerStore, pgTransactions } from '@banyan/outbox';
import {
  countRetrying,
  type DeadLetterGroup,
  findLetters,
  groupLetters,
  letterId,
  type LetterFilter,
  numberOf,
  serviceOf,
} from './dead-letters/letters.ts';
import { type Catalogue, withoutPersonal } from './dead-letters/payload.ts';
import type { Away, ServiceDatabase, ServiceDatabases } from './service-databases.ts';

export type { DeadLetterGroup, LetterFilter } from './dead-letters/letters.ts';
export type { Away } from './service-databases.ts';

export interface DeadLetterDesk {
  readonly services: ServiceDatabases;
  readonly store: Pick<ControlStore, 'addAudit'>;
  readonly catalogue: Catalogue;
}

/** Who, and why. */
export interface Order {
  readonly actor: string;
  readonly reason: string;
}

export interface DeadLetterOverview {
  /** The newest first. */
  readonly groups: readonly DeadLetterGroup[];
  /** Events that are set aside and that their services still try again by themselves. */
  readonly retrying: number;
  readonly away: readonly Away[];
}

export interface DeadLetterEntry {
  readonly id: string;
  readonly service: string;
  readonly group: string;
  readonly type: string;
  readonly key: string;
  readonly error: string;
  /** `failed`, `refused` by its handler, or `unreadable`. */
  readonly reason: string;
  /** When it was set aside; ISO 8601 UTC. */
  readonly at: string;
  readonly attempts: number;
  readonly payload: unknown;
  /** Events that are parked behind it. */
  readonly parked?: number;
  /** The event of its key that comes first. */
  readonly behind?: string;
  /** Of one that was discarded. */
  readonly discarded?: { readonly by: string; readonly why: string; readonly at: string };
}

/** A database with it has consumers. */
export const setAsideTable = 'banyan.set_aside';
const listedDefault = 100;

export async function listGroups({ services }: Pick<DeadLetterDesk, 'services'>): Promise<DeadLetterOverview> {
  const { found, away } = await services.answering(setAsideTable);
  const groups = (await Promise.all(found.map(groupLetters))).flat();
  const retrying = (await Promise.all(found.map(countRetrying))).reduce((sum, count) => sum + count, 0);
  return { groups: groups.toSorted((one, other) => other.newestAt.localeCompare(one.newestAt)), retrying, away };
}

/** Oldest first. With an order, personal data is shown, and that is audited before anything is answered. */
export async function listLetters(
  desk: DeadLetterDesk,
  filter: LetterFilter & { readonly discarded?: boolean },
  toSeePersonal?: Order,
): Promise<{ readonly entries: readonly DeadLetterEntry[]; readonly away: readonly Away[] }> {
  const { found, away } = await desk.services.answering(setAsideTable);
  const wanted = filter.service ?? (filter.id === undefined ? undefined : serviceOf(filter.id));
  const asked = found.filter(({ service }) => wanted === undefined || service === wanted);
  const look = filter.discarded === true ? findDiscarded : findEntries;
  const entries = (await Promise.all(asked.map((database) => look(database, { limit: listedDefault, ...filter })))).flat();
  if (toSeePersonal === undefined) return { entries: entries.map((entry) => redacted(desk.catalogue, entry)), away };
  for (const [service, seen] of Map.groupBy(entries, (entry) => entry.service)) {
    const detail = { letters: seen.map(({ id }) => id) };
    await desk.store.addAudit({ ...toSeePersonal, action: 'personal data shown', extraction: service, detail });
  }
  return { entries, away };
}

async function findEntries(
  database: ServiceDatabase,
  filter: LetterFilter & { readonly limit: number },
): Promise<readonly DeadLetterEntry[]> {
  const letters = await findLetters(database, filter);
  return letters.map(({ id, service, group, type, key, error, reason, at, attempts, parked, behind, content }) => {
    return {
      id,
      service,
      group,
      type,
      key,
      error,
      reason,
      at,
      attempts,
      payload: content,
      parked,
      ...(behind === undefined ? {} : { behind }),
    };
  });
}

async function findDiscarded(
  database: ServiceDatabase,
  filter: LetterFilter & { readonly limit: number },
): Promise<readonly DeadLetterEntry[]> {
  const { group, type, limit, id } = filter;
  const ids = id === undefined ? {} : { ids: [numberOf(id)] };
  const entries = await storeOn(database).discarded({
    limit,
    ...ids,
    ...(group === undefined ? {} : { group }),
    ...(type === undefined ? {} : { type }),
  });
  return entries.map((entry) => toDiscardedEntry(database.service, entry));
}

function toDiscardedEntry(service: string, entry: DiscardedEntry): DeadLetterEntry {
  const { id, group, type, partitionKey: key, error, reason, setAsideAt: at, attempts, content: payload, by, why, discardedAt } = entry;
  const discarded = { by, why, at: discardedAt };
  return { id: letterId(service, id), service, group, type, key, error, reason, at, attempts, payload, discarded };
}

function redacted(catalogue: Catalogue, entry: DeadLetterEntry): DeadLetterEntry {
  return { ...entry, ...withoutPersonal(catalogue, entry.type, entry) };
}

/** Where its consumer groups keep what they could not handle. */
export function storeOn({ pool }: ServiceDatabase) {
  return createConsumerStore({ transactions: pgTransactions(pool) });
}
