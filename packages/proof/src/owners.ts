// Who owns what at the moment, and what follows from it for a scenario.
import { type AcceptanceTarget } from './scenario.ts';

export function ownerOf({ control }: AcceptanceTarget, table: string): string {
  return control.databasesOf(table)[0] ?? 'monolith';
}

export function isMoved(target: AcceptanceTarget, table: string): boolean {
  return ownerOf(target, table) !== 'monolith';
}

/** What a service owns is told in events, which are looked at too. */
export function unfitWithoutBroker(table: string): (target: AcceptanceTarget) => string | undefined {
  return (target) =>
    isMoved(target, table) && target.control.broker === undefined ? `a service owns ${table} and the target offers no broker` : undefined;
}

/** The types of the events with this correlation id, oldest first. */
export async function typesOfTrace({ control }: AcceptanceTarget, correlationId: string): Promise<string[]> {
  const rows = await control.broker!.sql<{ type: string }>('select type from banyan.events where correlation_id = $1 order by position', [
    correlationId,
  ]);
  return rows.map(({ type }) => type);
}

/** How many events of the type there are of this one: a user, a ticket. */
export async function countEvents({ control }: AcceptanceTarget, type: string, aggregateId: number | string): Promise<number> {
  const [row] = await control.broker!.sql<{ events: number }>(
    'select count(*)::int as events from banyan.events where type = $1 and aggregate_id = $2',
    [type, String(aggregateId)],
  );
  return row?.events ?? 0;
}
