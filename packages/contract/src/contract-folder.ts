/** The folder in which a system keeps what is written from its contracts: written anew, and held against them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { findBreakingChanges, type ReleasedEvent } from './compatibility.ts';
import { releasedFileName, type SystemContracts, toContractFiles } from './contract-files.ts';

/** Writes the descriptions anew, and adds the versions of events that are not in `released/` yet. @param folder with a slash at its end */
export function writeContractFolder(folder: URL, contracts: SystemContracts): void {
  const { current, released } = toContractFiles(contracts);
  for (const [name, text] of Object.entries(current)) writeFileSync(new URL(name, folder), text);
  const releases = new URL('released/', folder);
  mkdirSync(releases, { recursive: true });
  for (const [name, text] of Object.entries(released)) {
    const file = new URL(name, releases);
    // What is released is a promise: it is never written over, and the flag refuses it even when the look before was wrong.
    if (!existsSync(file)) writeFileSync(file, text, { flag: 'wx' });
  }
}

/** What in the folder is not as the contracts say, or leaves a reader or a stored event behind; sentences, none when all is well. */
export function findFolderProblems(folder: URL, contracts: SystemContracts): string[] {
  const { current, released } = toContractFiles(contracts);
  const releases = readReleases(new URL('released/', folder));
  const names = releases.map(({ name }) => name);
  return [
    ...Object.entries(current)
      .filter(([name, text]) => textOf(new URL(name, folder)) !== text)
      .map(([name]) => `${name} is not what the contracts say: write it anew`),
    ...Object.keys(released)
      .filter((name) => !names.includes(name))
      .map((name) => `released/${name} is missing: write it`),
    ...releases
      .filter(({ name, event }) => name !== releasedFileName(event))
      .map(({ name, event }) => `released/${name} holds ${event.type} ${event.version}`),
    ...findBreakingChanges(
      releases.map(({ event }) => event),
      contracts.events.map(({ contract }) => contract),
    ),
  ];
}

function readReleases(folder: URL): { readonly name: string; readonly event: ReleasedEvent }[] {
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return names.map((name) => ({ name, event: JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as ReleasedEvent }));
}

function textOf(file: URL): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
