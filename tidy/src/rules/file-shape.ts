/** Sizes and names of files and folders. */
import { isTypeScript, type Rule, type SourceFile } from '../source-tree.ts';

const linesMax = 600;

/** Suites, generated files and written-out data may be long. */
function mayBeLong(path: string): boolean {
  return /conformance|\.test\.tsx?$|generated|\/data-set\/|\.d\.ts$/.test(path);
}

export const fileSize: Rule = {
  name: `no source file is longer than ${linesMax} lines`,
  check: (files) =>
    files
      .filter((file) => (isTypeScript(file) || file.path.endsWith('.mjs')) && !mayBeLong(file.path))
      .map((file) => ({ path: file.path, lines: file.text.split('\n').length }))
      .filter((file) => file.lines > linesMax)
      .map((file) => ({ path: file.path, message: `has ${file.lines} lines: find the second thing inside and give it its own file` })),
  planted: [{ path: 'packages/bus/src/everything.ts', text: '\n'.repeat(linesMax + 1) }],
};

export const fileNames: Rule = {
  name: 'files are kebab-case',
  check: (files) =>
    files
      .filter((file) => isTypeScript(file) && !/^[a-z0-9]+([.-][a-z0-9]+)*\.tsx?$/.test(baseName(file)))
      .map((file) => ({ path: file.path, message: 'is not kebab-case; name it after what it exports' })),
  planted: [{ path: 'packages/bus/src/EventBus.ts', text: '' }],
};

const vagueNames = new Set(['util', 'utils', 'common', 'shared', 'helper', 'helpers', 'lib', 'misc']);

export const folderNames: Rule = {
  name: 'folders are nouns of the domain',
  check: (files) =>
    files.flatMap((file) => {
      const vague = file.path.split('/').find((part) => vagueNames.has(part.replace(/\.tsx?$/, '')));
      return vague === undefined ? [] : [{ path: file.path, message: `"${vague}" says nothing; name it after what it is about` }];
    }),
  planted: [{ path: 'packages/bus/src/utils/array.ts', text: '' }],
};

const vagueSuffix = /export (?:abstract )?(?:class|interface|type|const|function) (\w*(?:Manager|Helper|Processor|Impl))\b/;

export const exportNames: Rule = {
  name: 'no Manager, Helper, Processor or Impl',
  check: (files) =>
    files.filter(isTypeScript).flatMap((file) => {
      const name = file.path.startsWith('tidy/') ? undefined : vagueSuffix.exec(file.text)?.[1];
      return name === undefined ? [] : [{ path: file.path, message: `exports ${name}; say what it does` }];
    }),
  planted: [{ path: 'packages/bus/src/queue.ts', text: 'export class QueueManager {}\n' }],
};

function baseName(file: SourceFile): string {
  return file.path.split('/').pop() ?? '';
}
