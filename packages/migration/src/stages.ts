/** The life of an extraction: its stages, the one table of transitions between them, and the ways through that table. */

export const stages = ['planned', 'replicating', 'shadow', 'canary', 'owner', 'retired'] as const;
export type Stage = (typeof stages)[number];

/**
 * What a transition does to the data, besides the routes:
 * `replicate` copies and follows the tables, `routes` changes nothing, `cutover` moves ownership to the service,
 * `cutback` moves it to the monolith, `reclaim` does so without asking a service whose database is lost, `release` ends replication,
 * `retire` ends the way back.
 */
export type Work = 'replicate' | 'routes' | 'cutover' | 'cutback' | 'reclaim' | 'release' | 'retire';

export interface Transition {
  readonly from: Stage;
  readonly to: Stage;
  readonly kind: 'advance' | 'back';
  readonly work: Work;
}

/** Everything that can happen to an extraction; what is not in this table is refused. */
export const transitions: readonly Transition[] = [
  { from: 'planned', to: 'replicating', kind: 'advance', work: 'replicate' },
  { from: 'replicating', to: 'shadow', kind: 'advance', work: 'routes' },
  { from: 'shadow', to: 'canary', kind: 'advance', work: 'routes' },
  { from: 'canary', to: 'canary', kind: 'advance', work: 'routes' },
  { from: 'canary', to: 'owner', kind: 'advance', work: 'cutover' },
  { from: 'owner', to: 'retired', kind: 'advance', work: 'retire' },
  { from: 'owner', to: 'canary', kind: 'back', work: 'cutback' },
  { from: 'owner', to: 'shadow', kind: 'back', work: 'cutback' },
  { from: 'owner', to: 'replicating', kind: 'back', work: 'cutback' },
  { from: 'owner', to: 'planned', kind: 'back', work: 'reclaim' },
  { from: 'canary', to: 'planned', kind: 'back', work: 'reclaim' },
  { from: 'shadow', to: 'planned', kind: 'back', work: 'reclaim' },
  { from: 'replicating', to: 'planned', kind: 'back', work: 'reclaim' },
  { from: 'canary', to: 'canary', kind: 'back', work: 'routes' },
  { from: 'canary', to: 'shadow', kind: 'back', work: 'routes' },
  { from: 'canary', to: 'replicating', kind: 'back', work: 'routes' },
  { from: 'shadow', to: 'replicating', kind: 'back', work: 'routes' },
  { from: 'replicating', to: 'planned', kind: 'back', work: 'release' },
];

/** What decides which stages apply to an extraction. */
export interface StageShape {
  readonly hasTables: boolean;
  /** Its change of owner moves the tables of another extraction. */
  readonly cutsOver: boolean;
  /** Its tables change owner with another extraction, so that its own way ends at canary. */
  readonly isCutOver: boolean;
  /** At least one route may be answered by both sides. */
  readonly hasShadowableRoutes: boolean;
  /** Shares in percent, rising, the last one 100. */
  readonly canaryShares: readonly number[];
}

/** A stage, and within `canary` its share in percent (0 elsewhere). */
export interface Position {
  readonly stage: Stage;
  readonly sharePercent: number;
}

export function isStage(value: unknown): value is Stage {
  return stages.includes(value as Stage);
}

export function stageIndex(stage: Stage): number {
  return stages.indexOf(stage);
}

/** The stages this extraction passes through: replication needs tables, shadow and canary need a route that both sides may answer. */
export function applicableStages(shape: StageShape): readonly Stage[] {
  return stages.filter((stage) => {
    if (stage === 'replicating') return shape.hasTables;
    if (stage === 'owner' || stage === 'retired') return !shape.isCutOver;
    if (stage === 'shadow' || stage === 'canary') return shape.hasShadowableRoutes;
    return true;
  });
}

/** One step of a move: where it leads and what it does to the data. */
export interface Step {
  readonly from: Position;
  readonly to: Position;
  readonly kind: 'advance' | 'back';
  readonly work: Work;
}

/** All positions in order, canary once per share. */
export function positionsOf(shape: StageShape): readonly Position[] {
  return applicableStages(shape).flatMap<Position>((stage) =>
    stage === 'canary' ? shape.canaryShares.map((sharePercent) => ({ stage, sharePercent })) : [{ stage, sharePercent: 0 }],
  );
}

/** Negative when `left` comes before `right`. */
export function comparePositions(left: Position, right: Position): number {
  return stageIndex(left.stage) - stageIndex(right.stage) || left.sharePercent - right.sharePercent;
}

/** Whether the rows of the tables count for a step although the extraction itself may have none: it decides about their owner. */
export function decidesOwner({ work }: Step): boolean {
  return work === 'cutover' || work === 'retire';
}

/** The steps forward from `from` to `target`, one per position on the way; empty when `target` is not ahead. */
export function stepsForward(shape: StageShape, from: Position, target: Position): readonly Step[] {
  const ahead = positionsOf(shape).filter((it) => comparePositions(it, from) > 0 && comparePositions(it, target) < 0);
  const stops = comparePositions(target, from) > 0 ? [...ahead, target] : [];
  let last = from;
  return stops.map((to) => {
    const step = { from: last, to, kind: 'advance' as const, work: workForward(shape, last.stage, to.stage) };
    last = to;
    return step;
  });
}

/** The steps back from `from` to `target`: at most a cutover or route flip, then the end of replication. */
export function stepsBack(shape: StageShape, from: Position, target: Position): readonly Step[] {
  if (comparePositions(target, from) >= 0) return [];
  if (target.stage !== 'planned' || from.stage === 'replicating' || !shape.hasTables) return [stepBack(shape, from, target)];
  const between = { stage: 'replicating', sharePercent: 0 } as const;
  return [stepBack(shape, from, between), stepBack(shape, between, target)];
}

/** The one step back of an extraction whose service has lost its database; undefined where there is nothing to reclaim. */
export function stepReclaiming(from: Position): Step | undefined {
  const row = transitions.find((it) => it.work === 'reclaim' && it.from === from.stage);
  return row === undefined ? undefined : { from, to: { stage: row.to, sharePercent: 0 }, kind: 'back', work: 'reclaim' };
}

function stepBack(shape: StageShape, from: Position, to: Position): Step {
  if (!shape.hasTables) return { from, to, kind: 'back', work: shape.cutsOver && from.stage === 'owner' ? 'cutback' : 'routes' };
  const row = transitions.find((it) => it.kind === 'back' && it.work !== 'reclaim' && it.from === from.stage && it.to === to.stage);
  return { from, to, kind: 'back', work: row?.work ?? 'routes' };
}

/** A stage that does not apply is passed over: the work is that of the row which ends in the stage reached. */
function workForward(shape: StageShape, from: Stage, to: Stage): Work {
  const rows = transitions.filter((it) => it.kind === 'advance' && it.to === to);
  const row = rows.find((it) => it.from === from) ?? rows[0];
  if (row === undefined) throw new RangeError(`No transition ends in ${to}.`);
  return shape.hasTables || (shape.cutsOver && stageIndex(to) >= stageIndex('owner')) ? row.work : 'routes';
}

/** Where one `advance` leads when no target is named: the next position; undefined at `owner` (retiring must be asked for) and `retired`. */
export function nextPosition(shape: StageShape, from: Position): Position | undefined {
  return positionsOf(shape).find((it) => comparePositions(it, from) > 0 && it.stage !== 'retired');
}

/**
 * Where one `back` leads when no target is named: all traffic to the monolith in one step (shadow, or the stage before it),
 * and from there one stage at a time; undefined at `planned` and `retired`.
 */
export function previousPosition(shape: StageShape, from: Position): Position | undefined {
  if (from.stage === 'retired') return undefined;
  const limit = stageIndex(from.stage) > stageIndex('shadow') ? stageIndex('shadow') + 1 : stageIndex(from.stage);
  return positionsOf(shape).findLast((it) => stageIndex(it.stage) < limit);
}
