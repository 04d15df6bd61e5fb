// The folders of the workspaces, as package.json names them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders in a workspace that are made, not written. */
export const notInputs = new Set(['dist', 'node_modules']);

/** Node 20 has no glob: a pattern of ours is a path in which `*` stands for any one folder. */
export function workspaces(root) {
  const expand = (directories, part) =>
    part === '*' ? directories.flatMap((directory) => foldersIn(directory)) : directories.map((directory) => join(directory, part));
  const found = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).workspaces.flatMap((pattern) =>
    pattern.split('/').reduce(expand, [root]),
  );
  return found.filter((directory) => existsSync(join(directory, 'package.json')));
}

function foldersIn(directory) {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !notInputs.has(entry.name)).map((entry) => join(directory, entry.name));
}
