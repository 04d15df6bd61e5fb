import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSystem, loadSystemDefinition } from './load.ts';

// Inside the repository, so that `@banyan/migration` resolves as it does for a system.
const root = fileURLToPath(new URL('../', import.meta.url));
let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(root, '.load-test-'));
});
afterAll(() => rm(directory, { recursive: true }));

const config = `
  export default { name: 'small', title: 'Small', migration: './MIGRATION', standins: [], secrets: [], programs: {
    monolith: { role: 'monolith', directory: '.', entry: 'm.js', database: 'old', readyPath: '/', environment: () => ({}) },
    auth: { role: 'service', directory: '.', entry: 'a.js', database: 'auth_db', readyPath: '/', environment: () => ({}) } } };`;

/** Loads in a process of its own, as the controller does: with Node's type stripping. */
async function load(
  name: string,
  migration: string | undefined,
): Promise<{ code?: string; message?: string; fix?: string; names?: string[] }> {
  const configFile = join(directory, `${name}.config.ts`);
  await writeFile(configFile, config.replace('MIGRATION', `${name}.ts`));
  if (migration !== undefined) await writeFile(join(directory, `${name}.ts`), migration);
  const program = `
    const { loadSystem } = await import('@banyan/migration/load');
    try { const it = await loadSystem(process.argv[1]); console.log(JSON.stringify({ names: it.plan.extractions.map((one) => one.name) })); }
    catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message, fix: error.fix })); }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, configFile], { cwd: root });
  return JSON.parse(stdout) as { code?: string; message?: string; names?: string[] };
}

it('loads a system and its migration', async () => {
  const text = `import { defineMigration, extraction } from '@banyan/migration';\nexport default defineMigration({ system: 'small', extractions: [extraction('auth', {})] });`;
  expect(await load('good', text)).toEqual({ names: ['auth'] });
});

it.each([
  ['syntax', 'const a: number = 1;\nexport default {\n  system: ,\n};', 'MIGRATION_FILE_BROKEN', 'syntax.ts:3'],
  ['absent', `import nothing from './not-there.ts';\nexport default nothing;`, 'MIGRATION_FILE_BROKEN', 'absent.ts: Cannot find module'],
  ['import', `import { extractio } from '@banyan/migration';\nexport default extractio;`, 'MIGRATION_FILE_BROKEN', 'extractio'],
  ['throws', 'const a = 1;\n\nconst b = undefinedName(a);\nexport default b;', 'MIGRATION_FILE_BROKEN', 'throws.ts:3'],
  [
    'shape',
    `import { extraction } from '@banyan/migration';\n\nexport default { system: 'small', extractions: [extraction('auth', { tables: 'users' as never })] };`,
    'MIGRATION_FILE_SHAPE',
    'shape.ts:3: extractions[0].tables',
  ],
  ['nothing', 'export const migration = {};', 'MIGRATION_FILE_SHAPE', 'no default export'],
  ['other', `export default { system: 'large', extractions: [] };`, 'MIGRATION_FILE_SHAPE', '"large"'],
  ['missing', undefined, 'MIGRATION_FILE_MISSING', 'missing.ts'],
] as const)('says what is wrong with a migration: %s', async (name, text, code, expected) => {
  const answer = await load(name, text);
  expect(answer).toMatchObject({ code, message: expect.stringContaining(expected) as string });
  expect(answer.message).not.toContain('    at ');
  expect(answer.fix).not.toBe('');
});

it('names a missing configuration', async () => {
  await expect(loadSystem('/nowhere/banyan.config.ts')).rejects.toMatchObject({ code: 'MIGRATION_FILE_MISSING' });
});

it.each([
  ['shared', 'old'],
  ['control', 'banyan_control'],
])("refuses a database that is somebody else's: %s", async (name, database) => {
  const configFile = join(directory, `${name}.config.ts`);
  await writeFile(configFile, config.replace('MIGRATION', `${name}.ts`).replace("'auth_db'", `'${database}'`));
  await expect(loadSystem(configFile)).rejects.toMatchObject({
    code: 'MIGRATION_FILE_SHAPE',
    message: expect.stringContaining('a database of its own') as string,
  });
});

async function configWithWeb(name: string, more: string): Promise<string> {
  const configFile = join(directory, `${name}.web.config.ts`);
  const web = `web: { directory: './web', entry: 'w.js', readyPath: '/health'${more} }`;
  await writeFile(configFile, config.replace('standins:', `${web}, standins:`));
  return configFile;
}

it('takes a front end for no program', async () => {
  const { programs, web } = await loadSystemDefinition(await configWithWeb('whole', ', asksGateway: true, environment: () => ({})'));
  expect([Object.keys(programs), web?.asksGateway]).toEqual([['monolith', 'auth'], true]);
});

it.each([
  ['short', '', 'web.environment'],
  ['unsure', ", environment: () => ({}), asksGateway: 'perhaps'", 'web.asksGateway'],
  ['owner', ", environment: () => ({}), database: 'old'", 'database'],
])('refuses a front end that is none: %s', async (name, more, problem) => {
  await expect(loadSystemDefinition(await configWithWeb(name, more))).rejects.toThrow(problem);
});

async function configAttached(name: string, attachment: string): Promise<string> {
  const configFile = join(directory, `${name}.attached.config.ts`);
  const monolith = "{ role: 'monolith', directory: '.', entry: 'm.js', database: 'old', readyPath: '/', environment: () => ({}) }";
  const head = `import { attached } from '@banyan/migration/system';`;
  await writeFile(configFile, head + config.replace(monolith, `attached({ role: 'monolith', readyPath: '/', ${attachment} })`));
  return configFile;
}

it('knows a program that runs already by its addresses', async () => {
  const addresses = "url: 'http://127.0.0.1:8080/', databaseUrl: 'postgres://a:b@127.0.0.1:5433/Old%20one'";
  const { programs } = await loadSystemDefinition(await configAttached('whole', addresses));
  expect(programs['monolith']).toMatchObject({ database: 'Old one', attached: { url: 'http://127.0.0.1:8080' } });
});

it.each([
  ['unset', 'url: process.env.NOT_SET_HERE, databaseUrl: "postgres://a@b/c"', 'programs.monolith.attached.url'],
  ['nameless', 'url: "http://127.0.0.1:1", databaseUrl: "postgres://a@b"', 'programs.monolith.attached.databaseUrl'],
  ['secure', 'url: "https://shop.example", databaseUrl: "postgres://a@b/c"', 'http://127.0.0.1:8080'],
])('names the address that is missing or no address: %s', async (name, attachment, problem) => {
  await expect(loadSystemDefinition(await configAttached(name, attachment))).rejects.toThrow(problem);
});
