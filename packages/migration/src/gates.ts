/** The conditions of the next stage, judged from facts alone: each says pass, wait or fail with its numbers and samples. */

import type { Gate, GateFacts, ProjectionFact, ReaderFact } from './gate-facts.ts';
import type { PlannedExtraction } from './plan.ts';
import type { Step } from './stages.ts';
import { decidesOwner, stageIndex } from './stages.ts';
import { canaryGate } from './gates/canary.ts';
import { rehearsalGate } from './gates/rehearsal.ts';

type GateCheck = (extraction: PlannedExtraction, facts: GateFacts, step: Step) => Gate | undefined;

/** The gates of a step, in the order in which they are shown. Going back has none. */
export function judgeGates(extraction: PlannedExtraction, step: Step, facts: GateFacts): readonly Gate[] {
  if (step.kind === 'back') return [];
  return checksOf(extraction, step).flatMap((check) => check(extraction, facts, step) ?? []);
}

function checksOf(extraction: PlannedExtraction, step: Step): readonly GateCheck[] {
  const to = step.to.stage;
  const hasRows = (extraction.shape.hasTables && to !== 'replicating') || decidesOwner(step);
  const data = hasRows ? [verificationGate, lagGate] : [];
  const copies = step.work !== 'replicate' && to !== 'replicating' ? [projectionsGate] : [];
  const inspection = step.work === 'replicate' ? [inspectionGate] : [];
  const shadow = extraction.shape.hasShadowableRoutes && (to === 'canary' || to === 'owner') ? [shadowGate] : [];
  const canary = step.from.stage === 'canary' ? [canaryGate] : [];
  const writers = to === 'owner' ? [writersGate] : [];
  const rehearsal = to === 'owner' ? [rehearsalGate] : [];
  const wayBack = step.work === 'cutover' ? [wayBackGate] : [];
  const retire = to === 'retired' ? [ownerRequestsGate, quietGate, readersGate] : [];
  return [...writers, dependencyGate, ...inspection, ...data, ...copies, ...shadow, ...canary, ...rehearsal, ...wayBack, ...retire];
}

const inspectionGate: GateCheck = (_extraction, facts) => {
  const findings = facts.inspection ?? [];
  const errors = findings.filter((it) => it.severity === 'error');
  return {
    name: 'inspection',
    status: errors.length === 0 ? 'pass' : 'fail',
    isHard: true,
    message: errors.length === 0 ? 'Both databases are fit for replication.' : findingsText(errors),
    numbers: { errors: errors.length, warnings: findings.filter((it) => it.severity === 'warning').length },
    samples: findings.slice(0, 20),
  };
};

const findingsShownMax = 5;

/** Each finding with what mends it; all of them at once, so that nobody mends one to meet the next. */
function findingsText(errors: readonly { readonly message: string; readonly fix: string }[]): string {
  const shown = errors.slice(0, findingsShownMax).map((it) => `${it.message} ${it.fix}`);
  const rest = errors.length - shown.length;
  return [...shown, ...(rest === 0 ? [] : [`And ${rest} more.`])].join(' ');
}

const verificationGate: GateCheck = (extraction, { verification, verificationTrouble }) => {
  const base = { name: 'verification', isHard: false };
  if (verification === undefined) {
    const message =
      verificationTrouble === undefined ? 'No verification has finished yet.' : `No verification could be made: ${verificationTrouble}`;
    return { ...base, status: 'wait', message, numbers: {}, samples: [] };
  }
  const { rows, differing, ageS, position } = verification;
  const isFresh = ageS <= extraction.gates.verificationAgeS;
  const result = differing === 0 ? 'all equal' : `${differing} differ`;
  return {
    ...base,
    status: differing > 0 ? 'fail' : isFresh ? 'pass' : 'wait',
    message: `${rows} rows compared at ${position}: ${result}${isFresh ? '' : `, ${Math.round(ageS)} s ago, too old`}.`,
    numbers: { rows, differing, ageS: Math.round(ageS), maxAgeS: extraction.gates.verificationAgeS, position },
    samples: verification.samples,
  };
};

const lagGate: GateCheck = (extraction, { replication }) => {
  const max = extraction.gates.replicationLagMs;
  const lagMs = replication?.lagMs;
  const holds = lagMs !== undefined && lagMs <= max;
  return {
    name: 'replication lag',
    status: holds ? 'pass' : 'wait',
    isHard: false,
    message:
      lagMs === undefined
        ? `Replication is ${replication?.state ?? 'not running'}.`
        : `The copy is ${Math.round(lagMs)} ms behind; at most ${max} ms is allowed.`,
    numbers: { ...(lagMs === undefined ? {} : { lagMs: Math.round(lagMs) }), maxMs: max },
    samples: [],
  };
};

const shadowGate: GateCheck = (extraction, { shadow }, step) => {
  // The count is needed once, to leave shadow; from then on only mismatches matter (at 100 % canary nothing is left to compare).
  const needed = step.from.stage === 'canary' ? 0 : extraction.gates.shadowCompared;
  const { compared = 0, mismatches = 0, dropped = 0, groups = [] } = shadow ?? {};
  const allowed = extraction.gates.shadowMismatches;
  return {
    name: 'shadow',
    status: mismatches > allowed ? 'fail' : compared >= needed ? 'pass' : 'wait',
    isHard: false,
    message: `${needed === 0 ? compared : `${compared} of ${needed}`} answers compared, ${mismatches} unexplained mismatches (at most ${allowed}).`,
    numbers: { compared, needed, mismatches, allowed, dropped },
    samples: groups.slice(0, 10),
  };
};

const wayBackGate: GateCheck = (extraction, { wayBack }) => {
  const base = { name: 'way back', isHard: false, numbers: {}, samples: [] };
  if (extraction.noWayBack !== undefined) return { ...base, status: 'pass', message: `No way back, as admitted: ${extraction.noWayBack}` };
  if (wayBack === undefined) return { ...base, status: 'wait', message: 'The way back has not been proven yet.' };
  return { ...base, status: wayBack.proven ? 'pass' : wayBack.mayPass === true ? 'wait' : 'fail', message: wayBack.message };
};

/** Before it serves live requests it needs all of them; from the beginning on those whose rows it keeps a copy of. */
const dependencyGate: GateCheck = (_extraction, facts, step) => {
  const serves = stageIndex(step.to.stage) >= stageIndex('canary');
  const dependencies = facts.dependencies.filter((it) => serves || it.atLeast === 'replicating');
  const missing = dependencies.filter((it) => stageIndex(it.stage) < stageIndex(it.atLeast));
  if (dependencies.length === 0) return undefined;
  return {
    name: 'after',
    status: missing.length === 0 ? 'pass' : 'fail',
    isHard: true,
    message:
      missing[0] === undefined
        ? 'All extractions it comes after are there.'
        : `"${missing[0].extraction}" is ${missing[0].stage} and must be ${missing[0].atLeast} first.`,
    numbers: { needed: dependencies.length, missing: missing.length },
    samples: missing,
  };
};

function standingOf({ isFilled, differing, behind, deadLetters }: ProjectionFact): string {
  if (!isFilled) return 'not filled yet';
  if (differing === null || behind === 0) return 'not compared yet';
  const why = deadLetters === 0 ? '' : `; ${deadLetters} dead letters of its service wait: banyan dead-letters`;
  return `${behind} keys behind their owner${why}`;
}

const projectionsGate: GateCheck = (extraction, { projections = [] }) => {
  if (projections.length === 0) return undefined;
  const different = projections.filter((it) => (it.differing ?? 0) > it.behind);
  const open = projections.filter((it) => !it.isFilled || it.differing !== 0 || (it.ageS ?? Infinity) > extraction.gates.verificationAgeS);
  const keys = projections.reduce((sum, it) => sum + it.checked, 0);
  const describe = (it: ProjectionFact) => `${it.name} (${it.error ?? standingOf(it)})`;
  return {
    name: 'projections',
    status: different.length > 0 ? 'fail' : open.length > 0 ? 'wait' : 'pass',
    isHard: false,
    message:
      different.length > 0
        ? `Copies of what others own differ: ${different.map((it) => `${it.name} in ${it.differing} keys`).join(', ')}.`
        : open.length > 0
          ? `Copies of what others own are not ready: ${open.map(describe).join(', ')}.`
          : `${keys} keys of ${projections.map((it) => it.name).join(', ')} are equal to their owners'.`,
    numbers: { projections: projections.length, keys, differing: different.length },
    samples: different.flatMap((it) => it.samples).slice(0, 20),
  };
};

const ownerRequestsGate: GateCheck = (extraction, { service }) => {
  const requests = service?.requests ?? 0;
  const needed = extraction.gates.ownerRequests;
  return {
    name: 'requests as owner',
    status: requests >= needed ? 'pass' : 'wait',
    isHard: false,
    message: `${requests} of ${needed} requests answered as owner.`,
    numbers: { requests, needed },
    samples: [],
  };
};

/** After the cutover the fence would refuse these routes, whatever a person forces. */
const writersGate: GateCheck = ({ writtenByMonolith }) => {
  if (writtenByMonolith.length === 0) return undefined;
  const writers = writtenByMonolith.map((it) => it.id);
  return {
    name: 'writers in the monolith',
    status: 'fail',
    isHard: true,
    message: `The monolith still writes the tables: ${writers.join('; ')}. It is held at canary until these routes move.`,
    numbers: { writers: writers.length },
    samples: writers,
  };
};

const quietGate: GateCheck = (_extraction, { atMonolith = 0 }) => ({
  name: 'monolith quiet',
  status: atMonolith === 0 ? 'pass' : 'wait',
  isHard: false,
  message:
    atMonolith === 0 ? 'The monolith answers none of its requests.' : `The monolith still answers ${atMonolith} requests per second.`,
  numbers: { atMonolith },
  samples: [],
});

const readersGate: GateCheck = (_extraction, { readers = [] }) => {
  const left = readers.filter(({ isGone }) => !isGone);
  const describe = ({ what, by }: ReaderFact) => (by === undefined ? what : `${what} (until "${by}" is retired)`);
  return {
    name: 'readers in the monolith',
    status: left.length === 0 ? 'pass' : 'fail',
    isHard: true,
    message:
      left.length === 0 ? 'Nothing in the monolith needs it any more.' : `The monolith still needs it: ${left.map(describe).join('; ')}.`,
    numbers: { readers: left.length },
    samples: left,
  };
};
