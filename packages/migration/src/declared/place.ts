/** Remembers at which line of `migration.ts` a thing was declared, so that a refusal can name the line. */

const place = Symbol.for('banyan.declared-at');

interface Placed {
  readonly [place]?: number;
}

/** Marks `value` with the line of the caller of `declaredBy`; lines survive type stripping. */
export function rememberPlace<T extends object>(value: T, declaredBy: (...values: never[]) => unknown): T {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, declaredBy);
  const line = /:(\d+):\d+\)?$/m.exec(holder.stack ?? '')?.[1];
  if (line !== undefined) Object.defineProperty(value, place, { value: Number(line) });
  return value;
}

/** The line a thing was declared at; undefined for one written as a plain object. */
export function declaredLine(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null ? (value as Placed)[place] : undefined;
}
