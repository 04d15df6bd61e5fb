/** A way to run a process of three steps to its end, as the benchmark asks for it. */

export interface Runner {
  /** Resolves when the process with this key has ended and everything about it is durable. */
  run(key: string, withEffects: boolean): Promise<void>;
  close(): Promise<void>;
}

export const steps = ['reserve', 'charge', 'ship'] as const;

/** What a step writes when it has an effect. */
export const effect = 'insert into effects (process, step) values ($1, $2)';
export const effectsTable = 'create table if not exists effects (process text not null, step text not null, primary key (process, step))';
