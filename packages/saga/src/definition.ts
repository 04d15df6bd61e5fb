/** What a saga is made of: typed steps in order, each effect with its undo or the reason why it has none. */
import type { EventContract, EventData, EventEnvelope } from '@banyan/contract';
import type { SqlSession } from '@banyan/outbox/transactions';
import { SagaError } from './errors.ts';

/** What every function of a saga is told. Input and results are JSON: what it cannot carry is not there after the next step. */
export interface Facts<Input, Results> {
  readonly saga: { readonly id: string; readonly key: string; readonly correlationId: string };
  readonly input: Input;
  /** Of the steps before, by their names. */
  readonly results: Results;
}

export interface Attempt {
  /** `<saga id>/<step>`: the same in every attempt, also by another process. */
  readonly idempotencyKey: string;
  /** 1 for the first of this process. */
  readonly attempt: number;
  /** Aborted when the step's time or the saga's is over, an operator turns it round, or another process owns it. */
  readonly signal: AbortSignal;
}

export interface LocalAccess<Native> {
  /** The transaction that also commits the record of the step. */
  readonly session: SqlSession;
  /** The same transaction as the ORM knows it. */
  readonly native: Native;
}

/** The step says no: it had no effect, is not tried again, and what came before is undone. */
export interface Refusal {
  readonly refused: string;
}

export function refuse(reason: string): Refusal {
  return { refused: reason };
}

export interface RetryPolicy {
  /** In all. Default 3 for an action, 8 for an undo and for what comes after the pivot. */
  readonly attempts: number;
  /** Before the second attempt, doubled each time, with jitter. Default 50. */
  readonly pauseMs: number;
  /** Default 2,000. */
  readonly longestPauseMs: number;
}

interface StepLimits {
  readonly retry?: Partial<RetryPolicy>;
  /** For one attempt of the action or the undo; what it answers at once when its signal tells the end counts. Default 5,000. */
  readonly timeoutMs?: number;
}

type Condition<Input, Results> = (facts: Facts<Input, Results>) => boolean;
type Skipped<Optional> = Optional extends true ? undefined : never;

interface Undone<Result> {
  readonly result: Result;
  /** Why the saga is undone. */
  readonly reason: string;
}

/** One of both, except after the pivot, where nothing is undone. */
type Undoing<Context, Result, Past> = Past extends true
  ? { readonly undo?: never; readonly noUndo?: never }
  :
      | { readonly undo: (context: Context & Undone<Result>) => Promise<void>; readonly noUndo?: never }
      | { readonly noUndo: string; readonly undo?: never };

export interface EffectOptions<Context, Result> extends StepLimits {
  readonly action: (context: Context) => Promise<Result | Refusal>;
}

export type EventOf<Contract extends EventContract> =
  Contract extends EventContract<infer Type> ? Omit<EventEnvelope<EventData<Contract>>, 'type'> & { readonly type: Type } : never;

export interface WaitOptions<Input, Results, Contracts extends readonly EventContract[], Result> {
  /** The first one that fits ends the wait; also one that was delivered since the saga began, before the wait did. */
  readonly events: Contracts;
  /** The business key that an event carries. */
  readonly by: (event: EventOf<Contracts[number]>) => string;
  /** The business key that is waited for. */
  readonly key: (facts: Facts<Input, Results>) => string;
  /** Ends with the saga's own time at the latest, except after the pivot. */
  readonly withinMs: number;
  /** An event for which it answers false is passed over. */
  readonly when?: (event: EventOf<Contracts[number]>, facts: Facts<Input, Results>) => boolean;
  readonly onEvent: (event: EventOf<Contracts[number]>, facts: Facts<Input, Results>) => Result | Refusal;
  /** `undo`, or what the saga goes on with. */
  readonly onTimeout: 'undo' | ((facts: Facts<Input, Results>) => NoInfer<Result>);
}

export interface EndOptions<Input, Results, Result> {
  /** What the caller gets. */
  readonly result: (facts: Facts<Input, Results>) => Result;
  /** Words kept with the saga's end, such as `late`. */
  readonly marks?: (facts: Facts<Input, Results>) => readonly string[];
}

/** Anything that checks a value; a zod schema is one. */
export interface InputSchema<Input> {
  safeParse(value: unknown): { success: true; data: Input } | { success: false; error: { message: string } };
}

export interface SagaOptions<Input> {
  /** Counts from 1. A running saga goes on with its version: keep the old definition until none is left. */
  readonly version: number;
  readonly input: InputSchema<Input>;
  /** From start to end, by database time; when it is over, what was done is undone. Nothing is undone after the pivot. */
  readonly limitMs: number;
}

type StepCondition = Condition<unknown, Record<string, unknown>>;

export interface EffectStep {
  readonly kind: 'call' | 'local';
  readonly name: string;
  readonly pastPivot: boolean;
  readonly retry: RetryPolicy;
  readonly undoRetry: RetryPolicy;
  readonly timeoutMs: number;
  readonly onlyIf: StepCondition | undefined;
  readonly action: (context: never) => Promise<unknown>;
  readonly undo: ((context: never) => Promise<void>) | undefined;
}

export interface WaitStep {
  readonly kind: 'wait';
  readonly name: string;
  readonly pastPivot: boolean;
  readonly onlyIf: StepCondition | undefined;
  readonly wait: WaitOptions<unknown, Record<string, unknown>, readonly EventContract[], unknown>;
}

export type Step = EffectStep | WaitStep;

export interface Saga<Name extends string = string, Input = unknown, Result = unknown> {
  readonly name: Name;
  readonly version: number;
  readonly limitMs: number;
  readonly input: InputSchema<Input>;
  readonly steps: readonly Step[];
  readonly end: EndOptions<never, never, Result>;
}

/** A saga whose local steps run in transactions of this ORM: `sagaOver<EntityManager>()('name', …)`. */
export function sagaOver<Native>(): <const Name extends string, Input>(
  name: Name,
  options: SagaOptions<Input>,
) => SagaBuilder<Name, Input, {}, Native, false, false> {
  return (name, options) => new SagaBuilder(name, options, { steps: [], pastPivot: false, onlyIf: undefined });
}

/** Begins the definition of a saga; `end` completes it. */
export const saga = sagaOver<unknown>();

interface Begun {
  readonly steps: readonly Step[];
  readonly pastPivot: boolean;
  /** Of the next step. */
  readonly onlyIf: StepCondition | undefined;
}

export class SagaBuilder<Name extends string, Input, Results, Native, Past extends boolean, Optional extends boolean> {
  readonly #name: Name;
  readonly #options: SagaOptions<Input>;
  readonly #begun: Begun;

  constructor(name: Name, options: SagaOptions<Input>, begun: Begun) {
    this.#name = name;
    this.#options = options;
    this.#begun = begun;
  }

  /** Effects in the service's own database: they commit with the record of the step, once. What is thrown has had no effect. */
  local<const StepName extends string, Result>(
    name: StepName,
    options: EffectOptions<Facts<Input, Results> & Attempt & LocalAccess<Native>, Result> &
      Undoing<Facts<Input, Results> & Attempt & LocalAccess<Native>, Result, Past>,
  ): SagaBuilder<Name, Input, Results & Readonly<Record<StepName, Result | Skipped<Optional>>>, Native, Past, false> {
    return this.#with(this.#effect('local', name, options));
  }

  /**
   * Effects elsewhere: at least once per idempotency key. An attempt that throws or takes too long may have had its effect, so its undo runs as well,
   * then without a result: the participant tells with `fence` what there is to undo.
   */
  call<const StepName extends string, Result>(
    name: StepName,
    options: EffectOptions<Facts<Input, Results> & Attempt, Result> & Undoing<Facts<Input, Results> & Attempt, Result | undefined, Past>,
  ): SagaBuilder<Name, Input, Results & Readonly<Record<StepName, Result | Skipped<Optional>>>, Native, Past, false> {
    return this.#with(this.#effect('call', name, options));
  }

  /** Waits for one of several events with a business key; the saga belongs to no process meanwhile. */
  wait<const StepName extends string, const Contracts extends readonly EventContract[], Result>(
    name: StepName,
    options: WaitOptions<Input, Results, Contracts, Result>,
  ): SagaBuilder<Name, Input, Results & Readonly<Record<StepName, Result | Skipped<Optional>>>, Native, Past, false> {
    const { pastPivot, onlyIf } = this.#begun;
    return this.#with({ kind: 'wait', name, pastPivot, onlyIf, wait: options as never });
  }

  /** The next step is left out when the condition does not hold. It may be asked again, so it must follow from the facts alone. */
  onlyIf(condition: Condition<Input, Results>): SagaBuilder<Name, Input, Results, Native, Past, true> {
    return new SagaBuilder<Name, Input, Results, Native, Past, true>(this.#name, this.#options, {
      ...this.#begun,
      onlyIf: condition as unknown as StepCondition,
    });
  }

  /** The point of no return: once the steps before are done, the saga only goes forward. */
  pivot(): SagaBuilder<Name, Input, Results, Native, true, false> {
    return new SagaBuilder<Name, Input, Results, Native, true, false>(this.#name, this.#options, { ...this.#begun, pastPivot: true });
  }

  /** Throws SAGA_DEFINITION_INVALID. */
  end<Result>(end: EndOptions<Input, Results, Result>): Saga<Name, Input, Result> {
    const { version, limitMs, input } = this.#options;
    const problems = problemsOf(this.#name, this.#options, this.#begun);
    if (problems.length > 0) throw new SagaError('SAGA_DEFINITION_INVALID', `Saga "${this.#name}": ${problems.join('; ')}.`);
    const { steps } = this.#begun;
    return Object.freeze({ name: this.#name, version, limitMs, input, steps, end });
  }

  #effect(kind: 'call' | 'local', name: string, options: StepLimits & { action: unknown; undo?: unknown }): EffectStep {
    const { retry, timeoutMs = 5_000, action, undo } = options;
    const { pastPivot, onlyIf } = this.#begun;
    const policy = (attempts: number): RetryPolicy => ({ attempts, pauseMs: 50, longestPauseMs: 2_000, ...retry });
    const undoRetry = { ...policy(8), attempts: Math.max(8, retry?.attempts ?? 0) };
    const functions = { action: action as EffectStep['action'], undo: undo as EffectStep['undo'] };
    return { kind, name, pastPivot, onlyIf, timeoutMs, retry: policy(pastPivot ? 8 : 3), undoRetry, ...functions };
  }

  #with<More>(step: Step): SagaBuilder<Name, Input, More, Native, Past, false> {
    const begun = { ...this.#begun, steps: [...this.#begun.steps, step], onlyIf: undefined };
    return new SagaBuilder<Name, Input, More, Native, Past, false>(this.#name, this.#options, begun);
  }
}

function problemsOf(name: string, { version, limitMs }: SagaOptions<unknown>, { steps, onlyIf }: Begun): string[] {
  const names = steps.map((step) => step.name);
  const wrong = [name, ...names].filter((it) => !/^[a-z][a-z0-9-]*$/.test(it));
  return [
    ...wrong.map((it) => `"${it}" is not lower-case with digits and "-"`),
    ...names.filter((it, at) => names.indexOf(it) !== at).map((it) => `two steps are named "${it}"`),
    ...(steps.length === 0 ? ['it has no steps'] : []),
    ...(onlyIf === undefined ? [] : ['onlyIf() is followed by no step']),
    ...(Number.isInteger(version) && version >= 1 ? [] : [`version ${version} is not a whole number from 1`]),
    ...(limitMs > 0 ? [] : [`limitMs ${limitMs} is not above 0`]),
  ];
}
