/** Runs the writers in a process of their own, so that their clock is not held up by what is measured. */
import { fork, type ChildProcess } from 'node:child_process';
import type { Group, SideName } from './names.ts';

export type LoadOrder =
  /** Writes go on without a pause at this rate, on this port. */
  | { readonly kind: 'start'; readonly port: number; readonly perSecond: number }
  /** From now on writes go to this group, and a new turn is counted. */
  | { readonly kind: 'begin'; readonly group: Group; readonly next: SideName }
  /** What the turn saw. */
  | { readonly kind: 'take' }
  /** No further writes; answers when none is under way. */
  | { readonly kind: 'stop' };

export interface LoadTurn {
  readonly forMs: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** Not sent, because too many were under way. */
  readonly withheld: number;
  readonly failures: readonly string[];
  /** From the moment a write was due to its answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** From the last answer of the old owner before the first answer of the new one, to that answer. */
  readonly pauseMs: number | undefined;
  /** Longest time without any answer within 500 ms of the first answer of the new owner. */
  readonly silenceMs: number | undefined;
  /** Answers of the old owner after the first one of the new owner. */
  readonly late: number;
}

/** Every write of the moved group that was acknowledged, in the whole run. */
export interface AcknowledgedWrites {
  readonly tokens: readonly number[];
  /** Account to the number of times it was counted up. */
  readonly counts: readonly (readonly [number, number])[];
}

export interface WholeRun extends AcknowledgedWrites {
  /** Why requests of either group failed; the first reasons in full. */
  readonly failures: readonly string[];
}

export interface Load {
  start(port: number, perSecond: number): Promise<void>;
  begin(group: Group, next: SideName): Promise<void>;
  take(): Promise<LoadTurn>;
  stop(): Promise<WholeRun>;
  close(): void;
}

export function perSecond(turn: LoadTurn): number {
  return (turn.acknowledged * 1_000) / turn.forMs;
}

export function startLoad(): Load {
  const child = fork(new URL('load.js', import.meta.url).pathname, { serialization: 'advanced' });
  return {
    start: (port, perSecond) => ask(child, { kind: 'start', port, perSecond }),
    begin: (group, next) => ask(child, { kind: 'begin', group, next }),
    take: () => ask(child, { kind: 'take' }),
    stop: () => ask(child, { kind: 'stop' }),
    close: () => void child.kill(),
  };
}

function ask<Answer>(child: ChildProcess, order: LoadOrder): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the writers' process ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(answer as Answer);
    });
    child.send(order);
  });
}
