/** Loads `banyan.config.ts` and its `migration.ts` with Node's own type stripping, and says plainly what is wrong with them. */

import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { causeText, MigrationError } from './errors.ts';
import { planMigration } from './plan.ts';
import type { MigrationPlan } from './plan.ts';
import { pathText } from './plan/shape.ts';
import type { SystemDefinition } from './system.ts';

export interface LoadedSystem {
  readonly system: SystemDefinition;
  readonly plan: MigrationPlan;
  /** Absolute folder of `banyan.config.ts`; the definition's paths are relative to it. */
  readonly directory: string;
  readonly migrationFile: string;
}

/** The one database that is nobody's: the stages, the journal and the audit are kept there. */
const controlDatabase = 'banyan_control';

function haveOwnDatabases(programs: Readonly<Record<string, { readonly database: string }>>): boolean {
  const names = Object.values(programs).map((it) => it.database);
  return new Set([...names, controlDatabase]).size === names.length + 1;
}

const relativePath = z.string().min(1);
const environment = z.custom<unknown>((it) => typeof it === 'function', 'expected a function of the facts');
const readyPath = z.string().startsWith('/');
const attachment = z.strictObject({
  url: z.string().regex(/^http:\/\/[^/]+$/, 'expected an address such as http://127.0.0.1:8080; is the variable it comes from set?'),
  databaseUrl: z
    .string()
    .regex(
      /^postgres(ql)?:\/\/[^/]+\/[^/]+$/,
      'expected an address such as postgres://user:password@127.0.0.1:5432/name; is the variable it comes from set?',
    ),
});
const attachedProgram = z.looseObject({ role: z.enum(['monolith', 'service']), readyPath, attached: attachment });
const startedProgram = z.strictObject({
  role: z.enum(['monolith', 'service']),
  directory: relativePath,
  entry: relativePath,
  schema: z.strictObject({ entry: relativePath }).optional(),
  database: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected lower case letters, digits and underscores'),
  readyPath,
  environment,
});
/** Which of the two is meant decides what is said of a mistake. */
const program = z.unknown().transform((it, context) => {
  const isAttached = typeof it === 'object' && it !== null && 'attached' in it;
  const result = (isAttached ? attachedProgram : startedProgram).safeParse(it);
  for (const issue of result.error?.issues ?? []) context.addIssue({ code: 'custom', path: issue.path, message: issue.message });
  return it as { readonly role: string; readonly database: string };
});
const systemShape = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected kebab-case'),
  title: z.string().min(1),
  migration: relativePath,
  programs: z
    .record(z.string(), program)
    .refine(haveOwnDatabases, `expected a database of its own for each program, and none named "${controlDatabase}"`)
    .refine(
      (it) => Object.values(it).filter((one) => one.role === 'monolith').length === 1,
      'expected exactly one program with the role "monolith"',
    ),
  sidePrograms: z
    .record(z.string(), z.strictObject({ directory: relativePath, entry: relativePath, readyText: z.string().min(1), environment }))
    .optional(),
  standins: z.array(z.enum(['google', 'mail'])),
  broker: z.literal('embedded').optional(),
  contracts: z
    .looseObject({
      endpointsByService: z.record(z.string(), z.array(z.looseObject({ path: z.string() }))),
      events: z.array(z.looseObject({ contract: z.looseObject({ type: z.string() }), consumers: z.array(z.string()) })),
    })
    .optional(),
  secrets: z.array(z.string().min(1)),
  web: z
    .strictObject({ directory: relativePath, entry: relativePath, readyPath, asksGateway: z.literal(true).optional(), environment })
    .optional(),
  traffic: z.strictObject({ directory: relativePath, entry: relativePath, seedEntry: relativePath }).optional(),
  acceptance: z.strictObject({ directory: relativePath, entry: relativePath }).optional(),
});

/**
 * Loads a system and its migration. Each file is read once per process: start again after a change. Throws MigrationError
 * with file and line: `MIGRATION_FILE_MISSING`, `_BROKEN`, `_SHAPE`, or a planning refusal.
 */
export async function loadSystem(configFile: string): Promise<LoadedSystem> {
  const file = resolve(configFile);
  const system = await loadSystemDefinition(file);
  const migrationFile = resolve(dirname(file), system.migration);
  const plan = await loadMigration(migrationFile, system);
  if (plan.system !== system.name) {
    const message = `${shown(migrationFile)} is for system "${plan.system}", but ${shown(file)} is "${system.name}".`;
    throw new MigrationError('MIGRATION_FILE_SHAPE', message, { fix: 'Make both names equal.' });
  }
  return { system, plan, directory: dirname(file), migrationFile };
}

/** Loads `banyan.config.ts` alone. */
export async function loadSystemDefinition(configFile: string): Promise<SystemDefinition> {
  const file = resolve(configFile);
  const exported = await loadDefault(file);
  const result = systemShape.safeParse(exported);
  if (result.success) return exported as SystemDefinition;
  const issue = result.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'the default export' : pathText(issue.path);
  throw new MigrationError('MIGRATION_FILE_SHAPE', `${shown(file)}: ${field} is not as expected: ${issue?.message ?? 'unknown'}.`);
}

/** Loads and plans `migration.ts`. */
export async function loadMigration(file: string, system: Pick<SystemDefinition, 'programs'>): Promise<MigrationPlan> {
  return planMigration(await loadDefault(resolve(file)), { programs: system.programs, file: shown(resolve(file)) });
}

async function loadDefault(file: string): Promise<unknown> {
  if (!existsSync(file)) throw new MigrationError('MIGRATION_FILE_MISSING', `${shown(file)} does not exist.`);
  let module: { readonly default?: unknown };
  try {
    module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    throw brokenFile(file, error);
  }
  if (module.default !== undefined) return module.default;
  throw new MigrationError('MIGRATION_FILE_SHAPE', `${shown(file)} has no default export.`, {
    fix: 'End the file with: export default defineMigration({ ... }) (or defineSystem in banyan.config.ts)',
  });
}

/** The place an error points at: the first file:line of its stack that is not Node's or a package's. */
function brokenFile(file: string, error: unknown): MigrationError {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const places = [...stack.matchAll(/(?<![\w:])((?:file:\/\/)?\/[^\s()]+?):(\d+)(?::\d+)?/g)].map((it) => ({
    path: (it[1] ?? '').startsWith('file://') ? fileURLToPath(it[1] ?? '') : (it[1] ?? ''),
    line: it[2],
  }));
  const place = places.find((it) => it.path === file) ?? places.find((it) => !it.path.includes('/node_modules/'));
  const where = place === undefined ? shown(file) : `${shown(place.path)}:${place.line}`;
  const sentence = causeText(error).split('\n')[0]?.trim() ?? 'unknown error';
  return new MigrationError('MIGRATION_FILE_BROKEN', `${where}: ${sentence}`, { cause: error });
}

function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
