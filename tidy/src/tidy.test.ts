import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rules } from './rules.ts';
import { allowedImports } from './rules/import-directions.ts';
import { importsOf, readTree, root } from './source-tree.ts';

const tree = readTree();

describe.each(rules)('$name', (rule) => {
  test('holds in the tree', () => {
    expect(rule.check(tree).map((violation) => `${violation.path} ${violation.message}`)).toEqual([]);
  });

  test('fires on a planted violation', () => {
    expect(rule.check(rule.planted)).toHaveLength(1);
  });
});

test('the table of import directions is the one ARCHITECTURE.md shows', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  for (const [name, allowed] of Object.entries(allowedImports)) {
    expect(text).toContain(`| \`${name}\` | ${allowed.map((other) => `\`${other}\``).join(', ') || 'nothing of ours'} |`);
  }
});

test.each([
  ["import { a } from './a.ts';", './a.ts'],
  ["import type { A } from '@banyan/a';", '@banyan/a'],
  ["export { a } from '@banyan/b';", '@banyan/b'],
  ["import {\n  a,\n  b,\n} from '@banyan/c';", '@banyan/c'],
  ["const a = await import('@banyan/d');", '@banyan/d'],
  ["import './e.ts';", './e.ts'],
])('an import is seen in %j', (text, specifier) => {
  expect(importsOf({ path: 'x.ts', text })).toEqual([specifier]);
});

test.each([
  ['typescript/no-floating-promises', 'async function work(): Promise<void> {}\nexport function go(): void {\n  work();\n}\n'],
  ['import/no-default-export', 'export default 1;\n'],
])('the linter fires on a planted %s', (name, text) => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-tidy-'));
  try {
    writeFileSync(join(folder, 'planted.ts'), text);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { strict: true, target: 'es2024', module: 'nodenext' }, include: ['planted.ts'] }),
    );
    const linter = join(root, 'node_modules/oxlint/bin/oxlint');
    const environment = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` };
    const outcome = spawnSync(process.execPath, [linter, '--type-aware', '-c', join(root, '.oxlintrc.json'), '.'], {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
    });
    expect(outcome.status).not.toBe(0);
    expect(outcome.stdout).toContain(name.split('/')[1]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
