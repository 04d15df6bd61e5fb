/** What an operator asked for becomes records, with the name and the reason. */
import type { NewRecord, Progress } from '../state.ts';
import type { OperatorRequest } from '../store.ts';
import { commit, type Course, factsOf, isPastPivot } from './course.ts';
import { turnBack } from './turning.ts';

export async function answerOperator(course: Course, request: OperatorRequest): Promise<void> {
  const { progress } = course;
  const canTurn =
    progress.state !== 'undoing' &&
    !(course.definition !== undefined && isPastPivot(course.definition, factsOf(course, progress), progress));
  if (request.action === 'compensate' && canTurn) {
    await turnBack(course, { kind: 'turned', content: { by: request.by, reason: request.reason } });
  } else {
    const records = isInputRefused(course, request) ? [] : recordsFor(progress, request);
    // A saga at a wait stays there: its next look at the wait gives it back.
    const state = stateAfter(progress, records);
    await commit(course, records, {
      state,
      ...(state === 'needs-operator'
        ? { release: { wakeInMs: undefined }, ...(progress.reason === undefined ? {} : { reason: progress.reason }) }
        : {}),
      ...(request.action === 'edit' && records.length > 0 ? { input: request.input } : {}),
      isAnswered: true,
    });
  }
  course.request = undefined;
  course.saga = { ...course.saga, takenOver: 0 };
  course.interruption = new AbortController();
  if (course.isOverdue || course.world.lost.aborted) course.interruption.abort();
}

/** Whoever asked without the definition at hand could not check it. */
function isInputRefused({ definition }: Course, { action, input }: OperatorRequest): boolean {
  return action === 'edit' && definition !== undefined && !definition.input.safeParse(input).success;
}

/** Empty when the saga has moved on since it was asked, so that there is nothing left to do. */
function recordsFor({ state, stuckIn, stuckAt }: Progress, { action, by, reason, input, result }: OperatorRequest): NewRecord[] {
  const content = { by, reason };
  const goOn: NewRecord = { kind: stuckIn === 'running' ? 'resumed' : 'turned', content };
  if (action === 'edit' && (state === 'running' || state === 'needs-operator')) return [{ kind: 'edited', content: { ...content, input } }];
  if (state !== 'needs-operator') return [];
  if (action === 'retry') return [goOn];
  if (action === 'skip' && stuckAt !== undefined) return [{ kind: 'skipped', step: stuckAt, content: { ...content, result } }, goOn];
  return [];
}

function stateAfter(progress: Progress, records: readonly NewRecord[]) {
  const last = records.at(-1)?.kind;
  return last === 'resumed' ? 'running' : last === 'turned' ? 'undoing' : progress.state;
}
