/** A copy of what another service owns: filled from the owner's snapshot, then kept by its events, compared with it when asked. */
import { type EventHandler, type HandlerContext, on } from '@banyan/bus';
import type { EventContract, EventData, EventEnvelope } from '@banyan/contract';
import type { Transactions } from '@banyan/outbox';
import { type CompareOptions, compareWithOwner, type Comparison } from './projecting/compare.ts';
import type { ProjectedEvent, ProjectionDefinition } from './projecting/definition.ts';
import { fillFromOwner } from './projecting/fill.ts';
import { readCopyPage, type SnapshotPage } from './snapshot.ts';

export type { ProjectedEntry, ProjectedEvent, ProjectionDefinition } from './projecting/definition.ts';

/** Pairs an event with what it does to the copy, so that its data is typed. */
export function projected<Native, Contract extends EventContract>(
  contract: Contract,
  apply: (native: Native, event: EventEnvelope<EventData<Contract>>) => Promise<void>,
): ProjectedEvent<Native> {
  return { contract, apply };
}

export interface Projection<Native> {
  readonly name: string;
  readonly source: string;
  /** For types that nothing else in the service handles. They may be replayed. */
  readonly handlers: readonly EventHandler<Native>[];
  /** Inside a handler: applies the event unless the copy has it already. False when nothing was done. */
  apply(event: EventEnvelope, context: HandlerContext<Native>): Promise<boolean>;
  /** Replaces the copy by the owner's snapshot, page by page. Answers the number of keys; undefined when another instance is doing it. */
  fill(): Promise<number | undefined>;
  /** Compares all keys with the owner's; those that are changing are looked at again. */
  compare(options?: CompareOptions): Promise<Comparison>;
  /** The copy as its owner shows what it is of: keys after this one, '' from the first. */
  page(after: string): Promise<SnapshotPage>;
}

/** Needs installProjectionTables(), which startProjections() calls. */
export function defineProjection<Native, Data>(
  transactions: Transactions<Native>,
  definition: ProjectionDefinition<Native, Data>,
): Projection<Native> {
  const { name, source, events, rows: select } = definition;
  const page = (after: string) => transactions.run(({ session }) => readCopyPage(session, { name, rows: select, after }));
  const byType = new Map(events.map((event) => [event.contract.type, event]));
  const apply: Projection<Native>['apply'] = async (event, { session: native }) => {
    const { session } = transactions.current() ?? missingTransaction(name);
    const { rows } = await session.query<{ applies: boolean }>('select banyan.project_event($1, $2, $3) as applies', [
      name,
      event.partitionkey,
      event.sequence,
    ]);
    const projecting = byType.get(event.type);
    if (rows[0]?.applies !== true || projecting === undefined) return false;
    await projecting.apply(native, event as EventEnvelope<never>);
    return true;
  };
  const handle = async (event: EventEnvelope, context: HandlerContext<Native>) => void (await apply(event, context));
  return {
    name,
    source,
    apply,
    handlers: events.map(({ contract }) => on<Native, EventContract>(contract, handle, { replayable: true })),
    fill: () => fillFromOwner(transactions, definition),
    compare: (options) => compareWithOwner({ owner: definition.readPage, copy: page }, options),
    page,
  };
}

function missingTransaction(name: string): never {
  throw new TypeError(`Projection "${name}" was applied outside of the transaction of a handler.`);
}
