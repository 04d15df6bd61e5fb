import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asTyped } from './output.ts';
import { CliError, cliErrorCodes, explainError } from './errors.ts';

test('the README lists exactly the codes there are, with their meaning', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| `(CLI_\w+)` \| (.+) \|$/gm)].map((match) => [match[1], match[2]]);
  expect(rows).toEqual(Object.entries(cliErrorCodes));
});

test('an error of any of our packages is explained by its own words', () => {
  expect(explainError(new CliError('CLI_DISK_FULL', 'Only 3 MB are free.', 'df -h'))).toMatchObject({
    code: 'CLI_DISK_FULL',
    fix: 'df -h',
  });
  expect(explainError({ code: 'GATEWAY_X', message: 'No.', fix: 'Yes.' })).toMatchObject({
    code: 'GATEWAY_X',
    message: 'No.',
    fix: 'Yes.',
  });
});

test('what is not an error of ours still has a sentence and a next step', () => {
  expect(explainError('torn')).toEqual({ code: 'CLI_UNEXPECTED', message: 'torn', fix: 'banyan doctor', details: [] });
});

test('a next step is one that can be typed where npm started us', () => {
  expect(asTyped('Run: banyan advance auth', {})).toBe('banyan advance auth');
  expect(asTyped('Run: banyan advance auth', { npm_lifecycle_event: 'start' })).toBe('npm run banyan -- advance auth');
  expect(asTyped('Run: banyan advance auth', { npm_lifecycle_event: 'npx' })).toBe('npx banyan advance auth');
  expect(asTyped('less .banyan/node-learn/demo/logs/auth.log', { npm_lifecycle_event: 'start' })).toContain('.banyan/node-learn');
});
