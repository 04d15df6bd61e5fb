/** Gathers the facts that gates are judged by: verification, lag, shadow and canary counts, the proof of the way back. */

import type { ControlStore } from './control-store.ts';
import type { ExtractionData } from './extraction-data.ts';
import type { GatewayWatch, ShadowBaseline } from './gateway-watch.ts';
import { judgeGates } from './gates.ts';
import type { Gate, GateFacts, InspectionFact, ReplicationFact, StageFact, VerificationFact } from './gate-facts.ts';
import { plannedExtraction } from './plan.ts';
import type { MigrationPlan, PlannedExtraction } from './plan.ts';
import type { Step } from './stages.ts';
import { causeText } from './errors.ts';

export interface EvidenceCollectorOptions {
  readonly plan: MigrationPlan;
  readonly store: ControlStore;
  readonly watch: GatewayWatch;
  readonly data: ReadonlyMap<string, ExtractionData>;
  readonly monolith: string;
  /** How long a mark is waited for when lag is measured. Default 5000. */
  readonly markTimeoutMs?: number;
}

const shadowBaselineKind = 'shadow-baseline';

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
  async entered(name: string, { to: { stage }, work }: Step): Promise<void> {
    const { watch, store } = this.#options;
    await watch.look();
    watch.begin(name);
    if (work !== 'routes') this.#verifications.delete(name);
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
    const { watch, monolith } = this.#options;
    const data = this.#options.data.get(extraction.name);
    const routeIds = this.#shadowRouteIds(extraction.name);
    const service = extraction.service ?? monolith;
    const isOwner = step.from.stage === 'owner';
    const isThorough = care === 'thorough';
    return {
      dependencies: await this.#dependencies(extraction, step),
      shadow: watch.shadow(extraction.name, routeIds),
      service: watch.since(extraction.name, isOwner ? extraction.routes.map((it) => it.id) : routeIds, service),
      owner: watch.always(routeIds, monolith),
      ...(data === undefined ? {} : await this.#dataFacts(extraction, step, data, isThorough)),
    };
  }

  async #dataFacts(extraction: PlannedExtraction, step: Step, data: ExtractionData, isThorough: boolean): Promise<Partial<GateFacts>> {
    if (step.work === 'replicate') return isThorough ? { inspection: await inspect(data) } : {};
    const verification = isThorough ? await this.#freshVerification(extraction) : { verification: this.lastVerification(extraction.name) };
    const replication = isThorough ? await this.#measureLag(data) : data.status();
    const wayBack = step.work === 'cutover' && isThorough && extraction.noWayBack === undefined ? await data.proveWayBack() : undefined;
    if (wayBack !== undefined) await this.#options.store.addEvidence(extraction.name, 'way-back', wayBack);
    return { replication, ...defined(verification), ...(wayBack === undefined ? {} : { wayBack }) };
  }

  async #freshVerification(extraction: PlannedExtraction): Promise<VerificationFacts> {
    const last = this.lastVerification(extraction.name);
    if (last !== undefined && last.differing === 0 && last.ageS <= extraction.gates.verificationAgeS) return { verification: last };
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
