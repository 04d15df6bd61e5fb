// The few assertions scenarios need: what differs is said by path, so that a reader sees it without a debugger.
import { setTimeout as delay } from 'node:timers/promises';

/** A scenario did not hold. The message is what a person reads. */
export class ScenarioFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScenarioFailure';
  }
}

const shownDifferences = 8;

/** Deep equality of JSON-like values: objects by keys in any order, arrays in order. Throws ScenarioFailure listing the paths that differ. */
export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  const found = differences(actual, expected);
  if (found.length === 0) return;
  const more = found.length > shownDifferences ? `\n  … and ${found.length - shownDifferences} more` : '';
  throw new ScenarioFailure(`${what}:\n  ${found.slice(0, shownDifferences).join('\n  ')}${more}`);
}

/** Throws ScenarioFailure with `what` and the value seen. */
export function checkThat(holds: boolean, what: string, seen?: unknown): void {
  if (!holds) throw new ScenarioFailure(seen === undefined ? what : `${what}; seen: ${show(seen)}`);
}

/**
 * Repeats until `attempt` stops throwing ScenarioFailure; after `timeoutMs` (default 2000) its last failure is thrown.
 * For what may arrive a moment later by design, never to paper over an answer that is sometimes wrong.
 */
export async function eventually<Value>(attempt: () => Promise<Value>, options: { timeoutMs?: number } = {}): Promise<Value> {
  const deadline = performance.now() + (options.timeoutMs ?? 2000);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ScenarioFailure) || performance.now() > deadline) throw error;
    }
    await delay(20);
  }
}

/** One line per differing path, such as `$.choices[2].id: expected 4, got "4"`. */
export function differences(actual: unknown, expected: unknown, path = '$'): string[] {
  if (Object.is(actual, expected)) return [];
  if (Array.isArray(actual) && Array.isArray(expected)) return ofArrays(actual, expected, path);
  if (isPlain(actual) && isPlain(expected)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...names].flatMap((name) => ofField(actual, expected, name, `${path}.${name}`));
  }
  return [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}

function ofArrays(actual: readonly unknown[], expected: readonly unknown[], path: string): string[] {
  const shared = Math.min(actual.length, expected.length);
  const length = actual.length === expected.length ? [] : [`${path}: expected ${expected.length} elements, got ${actual.length}`];
  return [
    ...length,
    ...Array.from({ length: shared }, (_, index) => differences(actual[index], expected[index], `${path}[${index}]`)).flat(),
  ];
}

function ofField(actual: Record<string, unknown>, expected: Record<string, unknown>, name: string, path: string): string[] {
  if (!Object.hasOwn(actual, name)) return expected[name] === undefined ? [] : [`${path}: missing, expected ${show(expected[name])}`];
  if (!Object.hasOwn(expected, name)) return [`${path}: unexpected ${show(actual[name])}`];
  return differences(actual[name], expected[name], path);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
