import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { busRabbitmqFaults } from './errors.ts';

test('the README explains every code of the catalogue, and no other', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const documented = [...readme.matchAll(/^\| `(BUS_RABBITMQ_\w+)` \| (.+?) \| (.+?) \|$/gm)].map(([, code, summary, fix]) => ({
    code,
    summary,
    fix,
  }));
  expect(documented).toEqual(Object.entries(busRabbitmqFaults).map(([code, { summary, fix }]) => ({ code, summary, fix })));
});
