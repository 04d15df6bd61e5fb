/** During a replay nothing is published: what the first handling published is there already. */
import { AsyncLocalStorage } from 'node:async_hooks';

const generations = new AsyncLocalStorage<number>();

export function runInGeneration<Result>(generation: number, work: () => Result): Result {
  return generations.run(generation, work);
}

export function isReplaying(): boolean {
  return (generations.getStore() ?? 0) > 0;
}
