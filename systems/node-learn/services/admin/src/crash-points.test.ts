import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crashPoints as ofBusPostgres } from '@banyan/bus-postgres/crash-points';
import { crashPoints as ofBusRabbitmq } from '@banyan/bus-rabbitmq/crash-points';
import { crashPoints as ofOutbox } from '@banyan/outbox/crash-points';
import { crashPoints, neverPassed } from './crash-points.ts';

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /(?<!\.test)\.ts$/.test(name) && name !== 'crash-points.ts',
);
const code = files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');

test('what is never passed are points of libraries, and nothing is published that could pass them', () => {
  const known: readonly string[] = [...ofOutbox, ...ofBusPostgres, ...ofBusRabbitmq];
  expect(neverPassed.filter((point) => !known.includes(point))).toEqual([]);
  expect(code).not.toMatch(/\.publish\(/);
});

test('every crash point is passed somewhere in the code', () => {
  expect(crashPoints.filter((name) => !code.includes(`crashPoint('${name}')`))).toEqual([]);
});
