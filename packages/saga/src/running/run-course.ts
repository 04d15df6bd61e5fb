/** The course of one saga in this process: forward, back, or answering an operator, until it ends, waits, or the process no longer owns it. */
import { runWithCause } from '@banyan/contract';
import { report } from '../report.ts';
import { isResting, progressOf } from '../state.ts';
import type { ClaimedSaga, OperatorRequest } from '../store.ts';
import { goBack } from './backward.ts';
import { isFenced } from './checkpoints.ts';
import { commit, type Course, type CourseWorld, getStuck } from './course.ts';
import { goForward } from './forward.ts';
import { answerOperator } from './operator-answers.ts';

export interface RunningCourse {
  readonly ended: Promise<void>;
  ask(request: OperatorRequest): void;
}

/** More processes than this died with the saga under way: it may be what kills them. */
const takeOversMax = 10;

const isOver = new Error('The course is over.');

export function beginCourse(world: CourseWorld, saga: ClaimedSaga): RunningCourse {
  const progress = progressOf(saga.input, saga.arms, saga.records);
  const course: Course = {
    world,
    saga,
    definition: world.definitionOf(saga.name, saga.version),
    progress,
    mayHaveActed: saga.claims === 0 ? undefined : progress.toUndo.find((name) => !progress.passed.includes(name)),
    request: saga.request,
    interruption: new AbortController(),
    isOverdue: saga.deadlineLeftMs <= 0,
    deadlineAt: world.clock.now() + saga.deadlineLeftMs,
    isPastPivot: false,
    isOver: false,
  };
  const cause = { correlationId: saga.correlationId, ...(saga.traceparent === undefined ? {} : { traceparent: saga.traceparent }) };
  return {
    ended: runWithCause(cause, () => run(course)),
    ask: (request) => {
      course.request = request;
      course.interruption.abort();
    },
  };
}

async function run(course: Course): Promise<void> {
  const { world } = course;
  const over = new AbortController();
  const interrupt = () => course.interruption.abort();
  world.lost.addEventListener('abort', interrupt, { once: true });
  if (!course.isOverdue) {
    void world.clock.wait(course.saga.deadlineLeftMs, over.signal).then(() => {
      course.isOverdue = true;
      if (!over.signal.aborted && !course.isPastPivot) course.interruption.abort();
    });
  }
  try {
    while (!course.isOver && !world.lost.aborted && !world.stopping.aborted) await goOn(course);
  } catch (error) {
    if (!world.lost.aborted) await recordFault(course, error);
  } finally {
    over.abort(isOver);
    world.lost.removeEventListener('abort', interrupt);
  }
}

async function goOn(course: Course): Promise<void> {
  const { state } = course.progress;
  if (course.request !== undefined) return answerOperator(course, course.request);
  if (isResting(state)) course.isOver = true;
  else if (course.definition === undefined) await leaveToOthers(course);
  else if (course.saga.takenOver > takeOversMax) {
    await getStuck(course, undefined, `It was under way in ${course.saga.takenOver} processes that died.`);
  } else if (state === 'running') await goForward(course, course.definition);
  else await goBack(course, course.definition);
}

/** A version nobody here knows: after an operator's answer others may go on, else the saga has been left lying for long already. */
async function leaveToOthers(course: Course): Promise<void> {
  const { saga, progress } = course;
  const wasAnswered = progress.lastNumber > saga.records.length;
  if (wasAnswered) await commit(course, [], { state: progress.state, release: { wakeInMs: 0 } });
  else await getStuck(course, undefined, `No running program knows version ${saga.version} of "${saga.name}".`);
  course.isOver = true;
}

/** A fault of the definition's code or of what it wants stored. */
async function recordFault(course: Course, error: unknown): Promise<void> {
  if (isFenced(error)) return;
  const reason = error instanceof Error ? error.message : String(error);
  try {
    await getStuck(course, course.progress.waitingAt, reason);
  } catch (cause) {
    report('error', 'saga.fault', 'A saga can neither go on nor be handed to an operator', {
      saga: course.saga.id,
      reason: (cause as Error).message,
    });
  }
}
