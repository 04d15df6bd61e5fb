/** Who takes part in a rehearsal beside the monolith: the service that takes over, and those of the extractions it comes after. */

import type { TableMove } from '../definition.ts';
import { plannedExtraction, predecessorsOf, tablesMovedBy } from '../plan.ts';
import type { MigrationPlan, PlannedExtraction } from '../plan.ts';
import type { Stage } from '../stages.ts';

export interface Cast {
  readonly extraction: PlannedExtraction;
  /** The extraction whose tables it writes: itself, or the one that it cuts over. */
  readonly moved: PlannedExtraction;
  /** Who others ask comes before those who ask; the extraction's own service is the last. */
  readonly services: readonly CastService[];
  /** Extractions whose services own their tables once the cutover that is rehearsed has been made, this one among them. */
  readonly owners: readonly PlannedExtraction[];
  /** Of these nothing flows back to the monolith any more. */
  readonly retired: readonly string[];
}

export interface CastService {
  readonly program: string;
  /** Tables that the monolith's database has as well, at any stage but retired. */
  readonly tables: readonly TableMove[];
  /** Its tables that begin empty. */
  readonly pendingWork: readonly string[];
}

/** @param stageOf the stage of an extraction, by name */
export function castOf(plan: MigrationPlan, name: string, stageOf: (extraction: string) => Stage): Cast {
  const extraction = plannedExtraction(plan, name);
  const before = predecessorsOf(plan, extraction);
  const moved = tablesMovedBy(plan, extraction);
  const isOwner = ({ name: other }: PlannedExtraction) => ['owner', 'retired'].includes(stageOf(other));
  const retired = before.filter((it) => stageOf(it.name) === 'retired').map((it) => it.name);
  const tablesByProgram = new Map<string, readonly TableMove[]>();
  for (const { service, tables, name: of } of [...before, extraction]) {
    if (service === undefined) continue;
    const known = tablesByProgram.get(service) ?? [];
    tablesByProgram.delete(service); // the last place counts
    tablesByProgram.set(service, [...known, ...(retired.includes(of) ? [] : tables)]);
  }
  return {
    extraction,
    moved,
    services: [...tablesByProgram].map(([program, tables]) => ({ program, tables, pendingWork: pendingWorkOf(plan, program) })),
    owners: [...before.filter((it) => isOwner(it) || it === moved), extraction],
    retired,
  };
}

function pendingWorkOf({ extractions }: MigrationPlan, program: string): readonly string[] {
  return extractions.filter(({ service }) => service === program).flatMap(({ pendingWork }) => pendingWork);
}
