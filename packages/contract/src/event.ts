/** An event as a contract: its type, version, key, the shape of its data, and how older versions are lifted to this one. */
import type { output, ZodObject } from 'zod';
import { ContractError } from './errors.ts';

/** Lifts the data of version n to version n + 1. Pure; throws when the data cannot be lifted. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;

export interface EventContract<Type extends string = string, Data extends ZodObject = ZodObject> {
  /** Past tense, lower-case and dotted: `answer.submitted`. */
  readonly type: Type;
  /** Counts from 1; a breaking change is a new version. */
  readonly version: number;
  readonly summary: string;
  /** The field of `data` whose text is the partition key and the subject: events of one key are handled in one order. */
  readonly key: Extract<keyof output<Data>, string>;
  readonly data: Data;
  /** Fields of `data` that say something about a person; they stay out of logs and are erased with their key. Default: none. */
  readonly personal?: readonly Extract<keyof output<Data>, string>[];
  /** By the version they lift from; every version below `version` needs one. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>;
}

/** The data of an event, as its contract's schema gives it. */
export type EventData<Contract extends EventContract> = output<Contract['data']>;

/** Declares an event. Throws CONTRACT_EVENT_INVALID naming everything that is wrong with it. The result is frozen. */
export function event<const Type extends string, Data extends ZodObject>(definition: EventContract<Type, Data>): EventContract<Type, Data> {
  const problems = problemsOf(definition);
  if (problems.length > 0) throw new ContractError('CONTRACT_EVENT_INVALID', `Event "${definition.type}": ${problems.join('; ')}.`);
  return Object.freeze(definition);
}

function problemsOf({ type, version, key, data, personal = [], upcasters = {} }: EventContract): string[] {
  const fields = Object.keys(data.shape);
  const lifted = Object.keys(upcasters).map(Number);
  const older = Array.from({ length: Math.max(0, version - 1) }, (_, index) => index + 1);
  return [
    ...when(!/^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$/.test(type), 'its type is not lower-case and dotted, such as "answer.submitted"'),
    ...when(!Number.isInteger(version) || version < 1, `version ${version} is not a whole number from 1`),
    ...when(!fields.includes(key), `its key "${key}" is not a field of its data`),
    ...personal.filter((field) => !fields.includes(field)).map((field) => `personal field "${field}" is not a field of its data`),
    ...older.filter((from) => !lifted.includes(from)).map((from) => `version ${from} has no upcaster to ${from + 1}`),
    ...lifted
      .filter((from) => !older.includes(from))
      .map((from) => `there is an upcaster from version ${from}, which is not below ${version}`),
  ];
}

function when(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}
