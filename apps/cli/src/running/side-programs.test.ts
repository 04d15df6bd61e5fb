import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followSidePrograms, isStopped, sideProgramCommands } from './side-programs.ts';

const run = promisify(execFile);

let directory: string;
let heard: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'banyan-side-programs-'));
  heard = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const follow = () =>
  followSidePrograms({
    directory,
    specs: [{ name: 'mailer' }],
    stop: async (name) => void heard.push(`stop ${name}`),
    start: async ({ name }) => heard.push(`start ${name}`),
    onFailure: (error) => heard.push(String(error)),
  });
const order = async (word: 'stop' | 'start') => {
  const [file = '', ...values] = sideProgramCommands({ directory, name: 'mailer' })[word];
  await run(file, values);
};

test('what the controller runs ends when the program is stopped or started, and may be repeated', async () => {
  const following = follow();
  for (const word of ['start', 'stop', 'stop', 'start'] as const) await order(word);
  await following.stop();
  expect(heard).toEqual(['stop mailer', 'start mailer']);
});

test('what was stopped is stopped after the run was started again, until it is wanted', async () => {
  const before = follow();
  await order('stop');
  await before.stop();
  expect(isStopped({ directory, name: 'mailer' })).toBe(true);
  heard = [];
  const after = follow();
  await order('stop');
  expect(heard).toEqual([]);
  await order('start');
  await after.stop();
  expect(heard).toEqual(['start mailer']);
});
