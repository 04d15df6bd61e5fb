/** A source file that nothing imports and nothing starts is dead, whatever a linter takes for an entry. */
import { importsOf, isTypeScript, type Rule, type SourceFile } from '../source-tree.ts';

export const deadFiles: Rule = {
  name: 'every source file is imported or started by another',
  check: (files) => {
    const imported = new Set(files.filter(isTypeScript).flatMap(pathsImportedBy));
    const started = new Set(files.flatMap(programsStartedBy));
    return files
      .filter((file) => isTypeScript(file) && /\/src\//.test(file.path) && !isEntry(file.path))
      .filter(({ path }) => !imported.has(path) && !imported.has(packagePathOf(path)) && !started.has(fileNameOf(path)))
      .map(({ path }) => ({ path, message: 'is imported and started by nothing; delete it' }));
  },
  planted: [
    { path: 'packages/bus/src/retry/backoff.ts', text: "import { jitter } from './jitter.ts';\n" },
    { path: 'packages/bus/src/retry/jitter.ts', text: 'export const jitter = 1;\n' },
  ],
};

/** Tests are found by their name, an index is what a package's name stands for, declarations are found by the compiler. */
function isEntry(path: string): boolean {
  return /\.test\.tsx?$|\.d\.ts$|\/src\/(?:main|index)\.ts$/.test(path);
}

function pathsImportedBy(file: SourceFile): string[] {
  const toPath = (specifier: string) => new URL(specifier, `file:///${file.path}`).pathname.slice(1);
  return importsOf(file).map((specifier) => (specifier.startsWith('.') ? toPath(specifier) : specifier));
}

/** Programs are started by a path to what was compiled, or, in tests, to the source: its last part is what counts. */
function programsStartedBy(file: SourceFile): string[] {
  const specifiers = new Set(isTypeScript(file) ? importsOf(file) : []);
  const paths = [...file.text.matchAll(/[\w@./-]+\.[jt]s\b/g)].map(([path]) => path).filter((path) => !specifiers.has(path));
  return paths.map(fileNameOf).filter((name) => name !== fileNameOf(file.path));
}

function fileNameOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.js$/, '.ts');
}

/** `packages/bus/src/bus.ts` is imported by others as `@banyan/bus/bus`, a system's as `@helpdesk/contracts/mails`. */
function packagePathOf(path: string): string {
  return path
    .replace(/^(?:packages|apps)\/([^/]+)\/src\/(.*)\.tsx?$/, '@banyan/$1/$2')
    .replace(/^systems\/([^/]+)\/([^/]+)\/src\/(.*)\.tsx?$/, '@$1/$2/$3');
}
