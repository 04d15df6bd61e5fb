/** Appends of one process that come while another is under way share the next statement and its commit, in the order in which they were asked for. */
import type { EventEnvelope } from '@banyan/contract';
import { batchMax, checkBatch } from './append.ts';

export interface AppendQueue {
  append(events: readonly EventEnvelope[]): Promise<void>;
  /** Resolves when nothing is under way. */
  whenIdle(): Promise<void>;
}

interface Waiting {
  readonly events: readonly EventEnvelope[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param appendBatch one statement, all or nothing; of events that have been checked.
 * @param isRefusal whether an error is about what was to be appended, so that the others of a shared statement must be tried without it.
 */
export function createAppendQueue(
  appendBatch: (events: readonly EventEnvelope[]) => Promise<void>,
  isRefusal: (error: unknown) => boolean,
): AppendQueue {
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (waiting.length > 0) await appendTogether(takeBatch(waiting));
    running = undefined;
  };
  const appendTogether = async (calls: readonly Waiting[]): Promise<void> => {
    try {
      await appendBatch(calls.length === 1 ? calls[0]!.events : checkedTogether(calls));
      for (const { resolve } of calls) resolve();
    } catch (error) {
      if (calls.length > 1 && isRefusal(error)) for (const call of calls) await appendTogether([call]);
      else for (const { reject } of calls) reject(error);
    }
  };
  return {
    append: async (events) => {
      checkBatch(events);
      await new Promise<void>((resolve, reject) => {
        waiting.push({ events, resolve, reject });
        running ??= run();
      });
    },
    whenIdle: async () => running,
  };
}

/** What each call says is checked; what they say together is not, and one of two that contradict each other has to be refused. */
function checkedTogether(calls: readonly Waiting[]): readonly EventEnvelope[] {
  const events = calls.flatMap((call) => call.events);
  checkBatch(events);
  return events;
}

/** The first, and those after it that fit into the same statement. */
function takeBatch(waiting: Waiting[]): Waiting[] {
  let size = 0;
  const end = waiting.findIndex(({ events }) => (size += events.length) > batchMax);
  return waiting.splice(0, end === -1 ? waiting.length : Math.max(1, end));
}
