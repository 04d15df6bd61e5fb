/** Runs one contestant in a process of its own and asks it for turns of load. */
import { type ChildProcess, fork } from 'node:child_process';

export interface Turn {
  readonly concurrency: number;
  readonly forMs: number;
  readonly withEffects: boolean;
}

export interface TurnResult {
  readonly ended: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export type ContestantName = 'banyan' | 'dbos';

/** Resolves when it takes turns. */
export async function startContestant(name: ContestantName, url: string): Promise<ChildProcess> {
  const child = fork(new URL('contestant.js', import.meta.url).pathname, [name, url]);
  await answerOf(child);
  return child;
}

export function askTurn(child: ChildProcess, turn: Turn): Promise<TurnResult> {
  const answer = answerOf(child);
  child.send(turn);
  return answer as Promise<TurnResult>;
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a contestant ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
