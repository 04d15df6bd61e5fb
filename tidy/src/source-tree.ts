/** The files the rules look at: what git tracks or would track, as path and text; rules also run on made-up trees. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  /** What is wrong, and what to do instead. */
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  check(files: readonly SourceFile[]): Violation[];
  /** A tree that breaks the rule once: proves that the rule fires. */
  readonly planted: readonly SourceFile[];
}

export const root = join(import.meta.dirname, '../..');

/** Text files that git knows, or would with the next `git add`. */
export function readTree(): SourceFile[] {
  const listing = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const paths = listing.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })).filter((file) => !file.text.includes('\0'));
}

export function isTypeScript(file: SourceFile): boolean {
  return /\.tsx?$/.test(file.path);
}

/** The specifiers of all imports and re-exports of a file, type-only and dynamic ones included. */
export function importsOf(file: SourceFile): string[] {
  const pattern = /(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|[\s;(=])import\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...file.text.matchAll(pattern)].flatMap((match) => match[1] ?? match[2] ?? []);
}
