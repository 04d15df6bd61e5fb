import { describe, expect, it } from 'vitest';
import { nextPosition, previousPosition, stageIndex, stepsBack, stepsForward, transitions } from './stages.ts';
import type { Position, Stage, StageShape } from './stages.ts';

const whole: StageShape = { hasTables: true, cutsOver: false, isCutOver: false, hasShadowableRoutes: true, canaryShares: [10, 100] };
const at = (stage: Stage, sharePercent = 0): Position => ({ stage, sharePercent });

describe('stages', () => {
  it('goes forward through every stage and share, each with its work', () => {
    const steps = stepsForward(whole, at('planned'), at('owner'));
    expect(steps.map((it) => [it.to.stage, it.to.sharePercent, it.work])).toEqual([
      ['replicating', 0, 'replicate'],
      ['shadow', 0, 'routes'],
      ['canary', 10, 'routes'],
      ['canary', 100, 'routes'],
      ['owner', 0, 'cutover'],
    ]);
  });

  it('skips replicating without tables, shadow and canary without routes that both sides may answer', () => {
    const routesOnly = { ...whole, hasTables: false };
    expect(stepsForward(routesOnly, at('planned'), at('owner')).map((it) => [it.to.stage, it.work])).toEqual([
      ['shadow', 'routes'],
      ['canary', 'routes'],
      ['canary', 'routes'],
      ['owner', 'routes'],
    ]);
    const tablesOnly = { ...whole, hasShadowableRoutes: false };
    expect(stepsForward(tablesOnly, at('planned'), at('owner')).map((it) => [it.to.stage, it.work])).toEqual([
      ['replicating', 'replicate'],
      ['owner', 'cutover'],
    ]);
  });

  it('goes to a share that is not among the declared ones', () => {
    expect(stepsForward(whole, at('canary', 10), at('canary', 35)).map((it) => it.to)).toEqual([at('canary', 35)]);
  });

  it('takes ownership back in one step, whatever the target, and ends replication only for planned', () => {
    expect(stepsBack(whole, at('owner'), at('shadow')).map((it) => [it.to.stage, it.work])).toEqual([['shadow', 'cutback']]);
    expect(stepsBack(whole, at('owner'), at('planned')).map((it) => [it.to.stage, it.work])).toEqual([
      ['replicating', 'cutback'],
      ['planned', 'release'],
    ]);
    expect(stepsBack(whole, at('shadow'), at('planned')).map((it) => it.work)).toEqual(['routes', 'release']);
  });

  it('without a target goes one position forward, and back to where the monolith answers everything', () => {
    expect(nextPosition(whole, at('canary', 10))).toEqual(at('canary', 100));
    expect(nextPosition(whole, at('owner'))).toBeUndefined();
    expect(previousPosition(whole, at('owner'))).toEqual(at('shadow'));
    expect(previousPosition(whole, at('canary', 100))).toEqual(at('shadow'));
    expect(previousPosition(whole, at('shadow'))).toEqual(at('replicating'));
    expect(previousPosition(whole, at('planned'))).toBeUndefined();
    expect(previousPosition({ ...whole, hasShadowableRoutes: false }, at('owner'))).toEqual(at('replicating'));
  });

  it('nothing leaves retired, and every transition but a change of share changes the stage in its direction', () => {
    expect(transitions.filter((it) => it.from === 'retired')).toEqual([]);
    for (const it of transitions.filter((row) => row.from !== row.to)) {
      expect(stageIndex(it.to) > stageIndex(it.from)).toBe(it.kind === 'advance');
    }
  });
});
