// Builds the pages of every workspace that has a vite.config.ts into its dist/page, in parallel; one whose inputs are as at its last build is passed over.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { modernNode } from './modern-node.mjs';
import { fail, run } from './report.mjs';
import { notInputs, workspaces } from './workspaces.mjs';

/** After `tsc -b`: a page may import what other workspaces have built. */
export async function buildPages(root) {
  const stale = workspaces(root)
    .filter((directory) => existsSync(join(directory, 'vite.config.ts')))
    .map((directory) => ({ directory, inputs: fingerprint(root, directory), stamp: join(directory, 'dist/page/.built-from') }))
    .filter(({ inputs, stamp }) => !existsSync(stamp) || readFileSync(stamp, 'utf8') !== inputs);
  await Promise.all(stale.map((page) => build(root, page)));
}

async function build(root, { directory, inputs, stamp }) {
  const name = relative(root, directory);
  const vite = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'];
  const outcome = await run(name, modernNode(root), vite, { cwd: directory });
  if (outcome.code !== 0)
    fail(
      `The page of ${name} could not be built:\n${outcome.output.trim().slice(-4_000)}`,
      'Mend what is named above, then run the same command again',
    );
  if (!existsSync(join(directory, 'dist/page/index.html')))
    fail(`${name}/vite.config.ts built no dist/page/index.html.`, `Let its build.outDir be dist/page of ${name}`);
  writeFileSync(stamp, inputs);
}

/** What the page is made of: its workspace, the packages of the lockfile, and what the workspaces it depends on have built or give it as style. */
function fingerprint(root, directory) {
  const hash = createHash('sha256');
  const files = [...inputsOf(directory), join(root, 'package-lock.json'), ...builtDependencies(root, directory)];
  for (const file of files)
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return `${hash.digest('hex')}\n`;
}

function inputsOf(directory) {
  const entries = readdirSync(directory, { withFileTypes: true }).filter(({ name }) => !notInputs.has(name));
  return entries
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? inputsOf(join(directory, entry.name)) : [join(directory, entry.name)]));
}

/** Only `dependencies` are part of a page, and theirs in turn; `devDependencies` of the repository give it types. */
function builtDependencies(root, directory) {
  const directories = new Map(workspaces(root).map((path) => [readJson(join(path, 'package.json')).name, path]));
  const found = new Set();
  const visit = (from) => {
    for (const name of Object.keys(readJson(join(from, 'package.json')).dependencies ?? {})) {
      const path = directories.get(name);
      if (path === undefined || found.has(path)) continue;
      found.add(path);
      visit(path);
    }
  };
  visit(directory);
  const built = [...found].map((path) => join(path, 'dist/.tsbuildinfo')).filter((file) => existsSync(file));
  const styles = [...found].map((path) => join(path, 'styles')).filter((folder) => existsSync(folder));
  return [...built, ...styles.flatMap(inputsOf)];
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
