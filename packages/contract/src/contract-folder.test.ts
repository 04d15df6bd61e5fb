import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { eventCatalogue } from './catalogue.ts';
import type { SystemContracts } from './contract-files.ts';
import { findFolderProblems, writeContractFolder } from './contract-folder.ts';
import { endpoint } from './endpoint.ts';
import { event } from './event.ts';

let path: string;
let folder: URL;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'contracts-'));
  folder = pathToFileURL(`${path}/`);
});
afterEach(() => rmSync(path, { recursive: true }));

function contractsWith(fields: z.ZodRawShape, version = 1): SystemContracts {
  const about = { title: 'Example', version: '1.0.0', description: 'For a test.' };
  const upcasters = version === 1 ? {} : { upcasters: { 1: (old: Record<string, unknown>) => old } };
  const told = event({
    type: 'user.noticed',
    version,
    summary: 'Seen',
    key: 'userId',
    data: z.object({ userId: z.string(), ...fields }),
    ...upcasters,
  });
  const asked = endpoint({
    name: 'users.list',
    method: 'GET',
    path: '/users',
    summary: 'Everybody',
    caller: 'anyone',
    effect: { reads: [], writes: [] },
    responses: { 200: { description: 'Names', body: z.array(z.string()) } },
  });
  return {
    api: about,
    messages: about,
    endpointsByService: { sale: [asked] },
    events: eventCatalogue([{ contract: told, publisher: 'users', consumers: [] }]),
  };
}

test('what has been written is as the contracts say; one event is one file', () => {
  writeContractFolder(folder, contractsWith({}));
  expect(findFolderProblems(folder, contractsWith({}))).toEqual([]);
  expect(readdirSync(path).toSorted()).toEqual(['EVENTS.md', 'asyncapi.json', 'openapi.json', 'released']);
  expect(readdirSync(join(path, 'released'))).toEqual(['user.noticed.1.json']);
  expect(readFileSync(join(path, 'EVENTS.md'), 'utf8')).toContain('| `user.noticed` | 1 | Seen | `userId` | users | nobody yet | – |');
});

test('a folder in which nothing has been written lacks everything', () => {
  expect(findFolderProblems(folder, contractsWith({}))).toEqual([
    'openapi.json is not what the contracts say: write it anew',
    'asyncapi.json is not what the contracts say: write it anew',
    'EVENTS.md is not what the contracts say: write it anew',
    'released/user.noticed.1.json is missing: write it',
  ]);
});

test('a release is never written over: a change that breaks it is told until it is a version of its own', () => {
  writeContractFolder(folder, contractsWith({}));
  const changed = contractsWith({ name: z.string() });
  writeContractFolder(folder, changed);
  expect(findFolderProblems(folder, changed)).toEqual([expect.stringContaining('data.name is new')]);
  const mended = contractsWith({ name: z.string() }, 2);
  writeContractFolder(folder, mended);
  expect(findFolderProblems(folder, mended)).toEqual([]);
});

test('a file that holds another release than its name says is told', () => {
  writeContractFolder(folder, contractsWith({}));
  writeFileSync(join(path, 'released/user.seen.1.json'), readFileSync(join(path, 'released/user.noticed.1.json')));
  expect(findFolderProblems(folder, contractsWith({}))).toEqual(['released/user.seen.1.json holds user.noticed 1']);
});
