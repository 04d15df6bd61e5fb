/** Checks that what a migration file exports has the right fields, and names the line and field that has not. */

import { z } from 'zod';
import { MigrationError } from '../errors.ts';
import type { MigrationDefinition } from '../definition.ts';
import { declaredLine } from '../declared/place.ts';
import { stages } from '../stages.ts';

const tableName = z.string().regex(/^[^.\s]+\.[^.\s]+$/, 'expected "schema.table"');
const fieldName = z.string().regex(/^\w+$/, 'expected the name of a field');
const route = z
  .strictObject({
    method: z.string().regex(/^([A-Z]+|\*)$/, 'expected a method in upper case, or "*"'),
    path: z.string().regex(/^\/\S*$/, 'expected a path that begins with "/"'),
    // Checked one by one in problems.ts, so that a route without an effect gets its own refusal.
    effect: z.strictObject({ reads: z.array(tableName), writes: z.array(tableName) }).optional(),
    shadowable: z.boolean().optional(),
    compare: z
      .strictObject({
        anyOrder: z.boolean().optional(),
        tokens: z.array(fieldName).min(1).optional(),
        draws: z.array(fieldName).min(1).optional(),
        drawnFrom: z
          .string()
          .regex(/^\/\S*$/, 'expected the path of a route')
          .optional(),
        invented: z
          .strictObject({
            where: z.record(fieldName, z.union([z.string(), z.number(), z.boolean(), z.null()])),
            fields: z.array(fieldName).min(1),
          })
          .optional(),
        announces: z.strictObject({ field: fieldName, to: fieldName }).optional(),
        tellsOnce: z.boolean().optional(),
        about: z.strictObject({ field: fieldName, table: tableName, column: fieldName }).optional(),
      })
      .optional(),
    concernsOthers: z.boolean().optional(),
    issuesToken: z.strictObject({ from: z.literal('location'), parameter: z.string().min(1) }).optional(),
    noRehearsal: z.string().min(10, 'expected a reason of at least 10 characters').optional(),
  })
  .refine(
    ({ concernsOthers, effect }) => concernsOthers !== true || effect?.writes.length !== 0,
    'concernsOthers is for routes that write',
  );
const shares = z
  .array(z.int().min(1).max(100))
  .min(1)
  .refine(
    (it) => it.every((share, index) => index === 0 || share > (it[index - 1] ?? 0)) && it.at(-1) === 100,
    'expected rising shares that end with 100',
  );
const count = z.number().min(0);
const gates = z.strictObject({
  shadowCompared: count.optional(),
  shadowMismatches: count.optional(),
  canaryRequests: count.optional(),
  canaryErrorPercent: count.optional(),
  canaryLatencyFactor: count.optional(),
  canaryLatencySlackMs: count.optional(),
  replicationLagMs: count.optional(),
  verificationAgeS: count.optional(),
  writesReplayed: count.optional(),
  rehearsalAgeS: count.optional(),
  ownerRequests: count.optional(),
  cutoverBudgetMs: z.number().min(100).max(60_000).optional(),
});
const extraction = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected kebab-case, at most 32 characters'),
  service: z.string().min(1).optional(),
  after: z
    .array(z.union([z.string(), z.strictObject({ extraction: z.string(), atLeast: z.enum(stages).exclude(['planned']) })]))
    .optional(),
  routes: z.array(route).optional(),
  tables: z
    .array(
      z.strictObject({
        source: tableName,
        target: tableName,
        insertOnlyWriters: z.array(z.string()).optional(),
        ranked: z
          .strictObject({ place: fieldName, by: z.array(fieldName).min(1) })
          .refine(({ place, by }) => !by.includes(place), 'expected a place that is not among what it follows from')
          .optional(),
      }),
    )
    .optional(),
  cutsOver: z.string().optional(),
  events: z.custom((it) => typeof it === 'function', 'expected a function from changes to events').optional(),
  tells: z.array(z.string().min(1)).optional(),
  followedUpBy: z.array(z.string().min(1)).optional(),
  sidePrograms: z.array(z.string().min(1)).optional(),
  pendingWork: z.array(tableName).optional(),
  canaryShares: shares.optional(),
  gates: gates.optional(),
  noWayBack: z.string().min(10, 'expected a reason of at least 10 characters').optional(),
  readByMonolith: z.array(z.union([z.string().min(1), z.strictObject({ what: z.string().min(1), by: z.string().min(1) })])).optional(),
  writtenByMonolith: z.array(route).optional(),
});
const migration = z.strictObject({ system: z.string().min(1), extractions: z.array(extraction) });

/** A migration whose routes may still lack an effect. */
export type CheckedMigration = MigrationDefinition;

/** Returns the definition itself (not a copy: it knows the lines it was declared at). Throws `MIGRATION_FILE_SHAPE`. */
export function checkShape(definition: unknown, file: string): CheckedMigration {
  const result = migration.safeParse(definition);
  if (result.success) return definition as CheckedMigration;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const line = lineOf(definition, path);
  const where = line === undefined ? file : `${file}:${line}`;
  const field = path.length === 0 ? 'the default export' : pathText(path);
  const problems = result.error.issues.map((it) => ({ field: pathText(it.path), message: it.message }));
  throw new MigrationError('MIGRATION_FILE_SHAPE', `${where}: ${field} is not as expected: ${issue?.message ?? 'unknown'}.`, {
    evidence: { problems },
  });
}

export function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`)).join('');
}

/** The line of the innermost thing on the way to the field that knows its own. */
function lineOf(definition: unknown, path: readonly PropertyKey[]): number | undefined {
  let value = definition;
  let line = declaredLine(value);
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
    const effect = typeof value === 'object' && value !== null ? (value as { effect?: unknown }).effect : undefined;
    line = declaredLine(value) ?? declaredLine(effect) ?? line;
  }
  return line;
}
