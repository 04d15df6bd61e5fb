/** Runs the load generator in a process of its own and asks it for turns. */
import { fork, type ChildProcess } from 'node:child_process';

export interface LoadTurn {
  readonly port: number;
  readonly connections: number;
  readonly forMs: number;
}

export interface LoadResult {
  readonly requests: number;
  /** Answers that were not 200. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function startLoad(): ChildProcess {
  return fork(new URL('load.js', import.meta.url).pathname);
}

export function askLoad(load: ChildProcess, turn: LoadTurn): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the load generator ended with ${code}`));
    load.once('exit', onExit);
    load.once('message', (result: LoadResult) => {
      load.off('exit', onExit);
      resolve(result);
    });
    load.send(turn);
  });
}
