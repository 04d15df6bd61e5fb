/** What must hold for every saga, whatever happened around it. */
import { isResting, type SagaRecord, type SagaState } from '../state.ts';
import type { StoredSaga } from '../store.ts';
import { type Effect, type History, waitMs } from './simulation.ts';

/** One sentence per breach. */
export function findBreaches({ sagas, started, effects, unarmed, paidAt }: History): string[] {
  const byKey = new Map(sagas.map((saga) => [saga.key, saga]));
  return [
    ...started.filter((key) => !byKey.has(key)).map((key) => `${key} was started and is not there`),
    ...sagas.filter(({ state }) => !isResting(state)).map(({ key, state }) => `${key} is still ${state}`),
    ...unarmed.map((step) => `the action of ${step} began before its undo was recorded`),
    ...sagas.flatMap((saga) =>
      breachesOf(
        saga,
        effects.filter((effect) => effect.saga === saga.key),
      ),
    ),
    ...sagas.flatMap((saga) => missedEvents(saga, paidAt)),
  ];
}

function breachesOf({ key, state, records }: StoredSaga, effects: readonly Effect[]): string[] {
  const of = (kind: Effect['kind']) => effects.filter((effect) => effect.kind === kind).map(({ step }) => step);
  const [actions, undos] = [of('action'), of('undo')];
  const doubled = [...twice(actions).map((step) => `acted twice in ${step}`), ...twice(undos).map((step) => `undid ${step} twice`)];
  const isBefore = (step: string) =>
    effects.findIndex((it) => it.step === step && it.kind === 'action') < effects.findIndex((it) => it.step === step && it.kind === 'undo');
  const disordered = undos.filter((step) => !actions.includes(step) || !isBefore(step)).map((step) => `undid ${step} before its action`);
  const undone = actions.filter((step) => undos.includes(step));
  const reverse =
    JSON.stringify(undos) === JSON.stringify(undone.toReversed()) ? [] : [`undid ${undos.join(', ')} after ${undone.join(', ')}`];
  return [...doubled, ...disordered, ...reverse, ...halfDone(state, actions, undos, records)].map(
    (breach) => `${key} (${state}) ${breach}`,
  );
}

/** Completed: every action of the records and no undo. Compensated: nothing is left. An operator may find anything in between. */
function halfDone(state: SagaState, actions: readonly string[], undos: readonly string[], records: readonly SagaRecord[]): string[] {
  if (state === 'completed') {
    const isWait = (step: string | undefined) => records.some((record) => record.kind === 'waiting' && record.step === step);
    const done = records.filter(({ kind, step }) => kind === 'done' && !isWait(step)).map(({ step = '' }) => step);
    const missing = done.filter((step) => !actions.includes(step)).map((step) => `has no effect of ${step}`);
    return [...missing, ...undos.map((step) => `undid ${step}`)];
  }
  return state === 'compensated' ? actions.filter((step) => !undos.includes(step)).map((step) => `left the effect of ${step}`) : [];
}

/** A wait may not run out when a fitting event was durable before its time was over. */
function missedEvents({ key, records }: StoredSaga, paidAt: ReadonlyMap<string, number>): string[] {
  return records.flatMap(({ kind, step, content }, index) => {
    const began = records.findLast((record, at) => at < index && record.kind === 'waiting' && record.step === step);
    if (kind !== 'failed' || began === undefined || content?.reason?.startsWith('Nothing came') !== true) return [];
    const paid = paidAt.get(`${key}/${step}`);
    return paid !== undefined && paid < Date.parse(began.at) + waitMs ? [`${key} missed the event for ${step}`] : [];
  });
}

function twice(steps: readonly string[]): string[] {
  return steps.filter((step, at) => steps.indexOf(step) !== at);
}
