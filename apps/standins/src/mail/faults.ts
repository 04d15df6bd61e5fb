/** Faults on request: what the mail server does wrong, to whom, and how often. */
import { StandinsError } from '../errors.ts';

export type MailFaultKind = 'refuse' | 'break' | 'delay';

export interface MailFault {
  /**
   * `refuse`: the recipient is answered with 451. `break`: the connection ends after the whole message has come, before the answer
   * that would say so. `delay`: that answer waits.
   */
  readonly kind: MailFaultKind;
  /** Only for this recipient. Default: everybody. */
  readonly to?: string;
  /** So often, then never again. Default: until it is taken away. */
  readonly times?: number;
  /** Of `break`: whether the message is delivered all the same. Default false. */
  readonly keeps?: boolean;
  /** Of `delay`, at most ten minutes. */
  readonly delayMs?: number;
}

export interface MailFaults {
  list(): readonly MailFault[];
  add(fault: MailFault): void;
  /** Takes away those for this recipient, or all; says how many. */
  clear(to?: string): number;
  /** The fault of this kind that applies to one of the recipients now; counts as once. */
  take(kind: MailFaultKind, recipients: readonly string[]): MailFault | undefined;
}

const faultsMax = 1000;
const delayMsMax = 600_000;

export function createMailFaults(): MailFaults {
  let faults: (MailFault & { left: number })[] = [];
  return {
    list: () => faults.map(({ left: _left, ...fault }) => fault),
    add(fault) {
      if (faults.length >= faultsMax) throw new StandinsError('STANDINS_FULL', `There are ${faultsMax} faults already.`);
      faults.push({ ...fault, left: fault.times ?? Infinity });
    },
    clear(to) {
      const before = faults.length;
      faults = to === undefined ? [] : faults.filter((fault) => fault.to !== to);
      return before - faults.length;
    },
    take(kind, recipients) {
      const found = faults.find((fault) => fault.kind === kind && (fault.to === undefined || recipients.includes(fault.to)));
      if (found === undefined) return undefined;
      found.left -= 1;
      if (found.left <= 0) faults = faults.filter((fault) => fault !== found);
      return found;
    },
  };
}

const kinds: readonly unknown[] = ['refuse', 'break', 'delay'] satisfies MailFaultKind[];
const checks: Record<keyof MailFault, (value: unknown) => boolean> = {
  kind: (value) => kinds.includes(value),
  to: (value) => typeof value === 'string' && value.includes('@'),
  times: (value) => Number.isInteger(value) && (value as number) > 0,
  keeps: (value) => typeof value === 'boolean',
  delayMs: (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) <= delayMsMax,
};

/** Throws STANDINS_FAULT_INVALID naming the fields that are wrong. */
export function readMailFault(input: unknown): MailFault {
  const given = typeof input === 'object' && input !== null ? Object.entries(input) : [];
  const wrong = given.filter(([name, value]) => !(Object.hasOwn(checks, name) && checks[name as keyof MailFault](value)));
  const fault = Object.fromEntries(given) as Partial<MailFault>;
  if (wrong.length === 0 && fault.kind !== undefined && (fault.kind !== 'delay' || fault.delayMs !== undefined)) return fault as MailFault;
  const shown = wrong.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ');
  throw new StandinsError('STANDINS_FAULT_INVALID', shown === '' ? 'A part of the fault is missing.' : `Not usable: ${shown}.`);
}
