/** Gathers the facts that gates are judged by: verification, lag, shadow and canary counts, the proof of the way back. */

import type { ControlStore } from './control-store.ts';
import type { ExtractionData } from './extraction-data.ts';
import type { GatewayWatch, ShadowBaseline } from './gateway-watch.ts';
import { judgeGates } from './gates.ts';
import { rehearsalKind, toRehearsalFact } from './rehearsal-evidence.ts';
import type { RehearsalEvidence } from './rehearsal-evidence.ts';
import type { Gate, GateFacts, InspectionFact, ReplicationFact, StageFact, VerificationFact } from './gate-facts.ts';
import type { ProjectionKeeper } from './projection-keeper.ts';
import { plannedExtraction, restOf, tablesMovedBy } from './plan.ts';
import type { MigrationPlan, PlannedExtraction } from './plan.ts';
import { decidesOwner } from './stages.ts';
import type { Step } from './stages.ts';
import { causeText } from './errors.ts';

export interface EvidenceCollectorOptions {
  readonly plan: MigrationPlan;
  readonly store: ControlStore;
  readonly watch: GatewayWatch;
  readonly data: ReadonlyMap<string, ExtractionData>;
  readonly monolith: string;
  readonly projections: ProjectionKeeper;
  /** How long a mark is waited for when lag is measured. Default 5000. */
  readonly markTimeoutMs?: number;
}

const shadowBaselineKind = 'shadow-baseline';
/** Gates that wait are judged again soon: this is how long one look at the copies may take. */
const projectionTimeoutMs = 5_000;
const finalVerificationAgeS = 5;

export class EvidenceCollector {
  readonly #options: EvidenceCollectorOptions;
  readonly #verifications = new Map<string, VerificationFact>();

  constructor(options: EvidenceCollectorOptions) {
    this.#options = options;
  }

  /** `thorough` verifies anew where the last one is old, measures the lag and proves the way back; `glance` uses what is known. */
  async judge(extraction: PlannedExtraction, step: Step, care: 'glance' | 'thorough'): Promise<readonly Gate[]> {
    return judgeGates(extraction, step, await this.#facts(extraction, step, care));
  }

  /** The newest verification of all rows, with its age as of now. */
  lastVerification(name: string): VerificationFact | undefined {
    const last = this.#verifications.get(name);
    return last === undefined ? undefined : { ...last, ageS: (Date.now() - Date.parse(last.at)) / 1000 };
  }

  /** Compares all rows (or those touched since) now, and keeps the result; differences are stored whatever the scope. */
  async verify(name: string, scope: 'all' | 'touched' = 'all', signal?: AbortSignal): Promise<VerificationFact> {
    const data = this.#options.data.get(name);
    if (data === undefined) throw new TypeError(`"${name}" moves no tables.`);
    const fact = await data.verify(scope, signal);
    if (scope === 'all') this.#verifications.set(name, fact);
    // A difference found by key makes the last full result worthless until a full one says otherwise.
    else if (fact.differing > 0)
      this.#verifications.set(name, { ...fact, rows: Math.max(fact.rows, this.#verifications.get(name)?.rows ?? 0) });
    if (scope === 'all' || fact.differing > 0) await this.#options.store.addEvidence(name, 'verification', { scope, ...fact });
    return fact;
  }

  /** Copies what differs again and keeps the comparison made after it. */
  async repair(name: string): Promise<VerificationFact> {
    const data = this.#options.data.get(name);
    if (data === undefined) throw new TypeError(`"${name}" moves no tables.`);
    const fact = await data.repair();
    this.#verifications.set(name, fact);
    await this.#options.store.addEvidence(name, 'verification', { scope: 'repair', ...fact });
    return fact;
  }

  /** A position was entered: counts begin anew, and after a copy or a change of owner what was compared before says nothing. */
  async entered(extraction: PlannedExtraction, { to: { stage }, work }: Step): Promise<void> {
    const { watch, store, plan } = this.#options;
    const { name } = extraction;
    await watch.look();
    watch.begin(name);
    if (work !== 'routes') this.#verifications.delete(tablesMovedBy(plan, extraction).name);
    if (stage === 'shadow') await store.addEvidence(name, shadowBaselineKind, watch.beginShadow(name, this.#shadowRouteIds(name)));
  }

  /** Takes up the shadow counts where an earlier controller began them; answers are counted anew. */
  async resume(): Promise<void> {
    const { plan, store, watch } = this.#options;
    await watch.look();
    for (const { name } of plan.extractions) {
      watch.begin(name);
      const [newest] = await store.evidence({ extraction: name, kind: shadowBaselineKind, limit: 1 });
      if (newest !== undefined) watch.resumeShadow(name, newest.body as ShadowBaseline);
    }
  }

  #shadowRouteIds(name: string): readonly string[] {
    return plannedExtraction(this.#options.plan, name)
      .routes.filter((it) => it.shadowable)
      .map((it) => it.id);
  }

  async #facts(extraction: PlannedExtraction, step: Step, care: 'glance' | 'thorough'): Promise<GateFacts> {
    const { watch, monolith, plan } = this.#options;
    // Another extraction's tables count for the step that changes their owner.
    const moved = decidesOwner(step) ? tablesMovedBy(plan, extraction) : extraction;
    const data = this.#options.data.get(moved.name);
    const routeIds = this.#shadowRouteIds(extraction.name);
    const service = extraction.service ?? monolith;
    const isOwner = step.from.stage === 'owner';
    const isThorough = care === 'thorough';
    return {
      dependencies: await this.#dependencies(extraction, step),
      shadow: watch.shadow(extraction.name, routeIds),
      service: watch.since(extraction.name, isOwner ? extraction.routes.map((it) => it.id) : routeIds, service),
      owner: watch.always(routeIds, monolith),
      ...(step.to.stage === 'owner' ? await this.#rehearsal(extraction.name) : {}),
      ...(step.to.stage === 'retired' ? await this.#needs(extraction) : {}),
      ...(step.work === 'replicate' ? {} : await this.#projections(extraction, isThorough)),
      ...(data === undefined ? {} : await this.#dataFacts(moved, step, data, isThorough)),
    };
  }

  async #needs(extraction: PlannedExtraction): Promise<Pick<GateFacts, 'readers' | 'atMonolith'>> {
    const { store, watch, plan, monolith } = this.#options;
    const { states } = await store.snapshot();
    const isGone = (by: string | undefined) => states.some(({ name, stage }) => name === by && stage === 'retired');
    const rates = watch.rates(restOf(plan) === extraction ? undefined : extraction.routes.map(({ id }) => id));
    return {
      readers: extraction.readByMonolith.map((reader) => ({ ...reader, isGone: isGone(reader.by) })),
      atMonolith: rates[monolith] ?? 0,
    };
  }

  async #rehearsal(extraction: string): Promise<Pick<GateFacts, 'rehearsal'>> {
    const kept = await this.#options.store.evidence({ extraction, kind: rehearsalKind, limit: 10 });
    // One in which nobody wrote anything says nothing about the service, and so does not replace an earlier one.
    const telling = kept.find(({ body }) => (body as RehearsalEvidence).replayed > 0) ?? kept[0];
    return telling === undefined ? {} : { rehearsal: toRehearsalFact(telling.body as RehearsalEvidence, telling.at) };
  }

  async #projections(extraction: PlannedExtraction, isThorough: boolean): Promise<Pick<GateFacts, 'projections'>> {
    const { projections } = this.#options;
    try {
      if (!isThorough) return { projections: await projections.read(extraction) };
      const maxAgeS = extraction.gates.verificationAgeS;
      return { projections: await projections.check(extraction, { maxAgeS, withinMs: projectionTimeoutMs }) };
    } catch (error) {
      const unknown = {
        isFilled: false,
        isAsked: true,
        keys: 0,
        checked: 0,
        differing: null,
        behind: 0,
        ageS: null,
        samples: [],
        deadLetters: 0,
      };
      return { projections: [{ name: extraction.service ?? '', ...unknown, error: causeText(error) }] };
    }
  }

  async #dataFacts(extraction: PlannedExtraction, step: Step, data: ExtractionData, isThorough: boolean): Promise<Partial<GateFacts>> {
    if (step.work === 'replicate') return isThorough ? { inspection: await inspect(data) } : {};
    // The last one is kept as the final proof of both sides, so it is made for this step.
    const ageS = step.work === 'retire' ? finalVerificationAgeS : extraction.gates.verificationAgeS;
    const verification = isThorough
      ? await this.#freshVerification(extraction, ageS)
      : { verification: this.lastVerification(extraction.name) };
    const replication = isThorough ? await this.#measureLag(data) : data.status();
    const wayBack = step.work === 'cutover' && isThorough && extraction.noWayBack === undefined ? await data.proveWayBack() : undefined;
    if (wayBack !== undefined) await this.#options.store.addEvidence(extraction.name, 'way-back', wayBack);
    return { replication, ...defined(verification), ...(wayBack === undefined ? {} : { wayBack }) };
  }

  async #freshVerification(extraction: PlannedExtraction, ageS: number): Promise<VerificationFacts> {
    const last = this.lastVerification(extraction.name);
    if (last !== undefined && last.differing === 0 && last.ageS <= ageS) return { verification: last };
    try {
      await this.verify(extraction.name);
    } catch (error) {
      return { verification: last, verificationTrouble: causeText(error) };
    }
    return { verification: this.lastVerification(extraction.name) };
  }

  async #measureLag(data: ExtractionData): Promise<ReplicationFact> {
    const { state } = data.status();
    try {
      const { ms } = await data.mark(this.#options.markTimeoutMs ?? 5000);
      return { state, lagMs: ms };
    } catch (error) {
      return { state: `${state} (${causeText(error)})` };
    }
  }

  async #dependencies(extraction: PlannedExtraction, step: Step): Promise<readonly StageFact[]> {
    const { states } = await this.#options.store.snapshot();
    const stageOf = (name: string) => states.find((it) => it.name === name)?.stage ?? 'planned';
    const after = extraction.after.map((it) => ({ ...it, stage: stageOf(it.extraction) }));
    const writers = step.to.stage === 'owner' ? extraction.tables.flatMap((it) => it.insertOnlyWriters ?? []) : [];
    return [...after, ...writers.map((name) => ({ extraction: name, atLeast: 'owner' as const, stage: stageOf(name) }))];
  }
}

interface VerificationFacts {
  readonly verification: VerificationFact | undefined;
  readonly verificationTrouble?: string;
}

function defined({ verification, verificationTrouble }: VerificationFacts): Partial<GateFacts> {
  return { ...(verification === undefined ? {} : { verification }), ...(verificationTrouble === undefined ? {} : { verificationTrouble }) };
}

/** A database that cannot be asked is a finding like any other. */
async function inspect(data: ExtractionData): Promise<readonly InspectionFact[]> {
  try {
    return await data.inspect();
  } catch (error) {
    const fix = 'See that both databases run and that their URLs and roles are right, then advance again.';
    return [{ code: 'MIGRATION_TABLE_UNFIT', severity: 'error', message: `The databases cannot be inspected: ${causeText(error)}.`, fix }];
  }
}
