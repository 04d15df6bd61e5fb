import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sagaFaults } from './errors.ts';
import { transitions } from './state.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the README explains every code of the catalogue, and no other', () => {
  const documented = [...readme.matchAll(/^\| `(SAGA_\w+)` \| (.+?) \| (.+?) \|$/gm)].map(([, code, summary, fix]) => ({
    code,
    summary,
    fix,
  }));
  expect(documented).toEqual(Object.entries(sagaFaults).map(([code, { summary, fix }]) => ({ code, summary, fix })));
});

test('the diagram of the README shows the transitions between states, and no other', () => {
  const drawn = [...readme.matchAll(/^ {2}([\w-]+) -->\|([\w, ]+)\| ([\w-]+)$/gm)].flatMap(([, from, kinds, to]) =>
    (kinds ?? '').split(', ').map((kind) => `${from} ${kind} ${to}`),
  );
  const table = Object.entries(transitions).flatMap(([from, kinds]) => Object.entries(kinds).map(([kind, to]) => `${from} ${kind} ${to}`));
  expect(drawn.toSorted()).toEqual(table.toSorted());
});
