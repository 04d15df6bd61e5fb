/** What may not stand in any tracked file: unfinished work, one machine's paths, download hosts, lockfile addresses. */
import type { Rule, SourceFile, Violation } from '../source-tree.ts';

interface Ban {
  readonly pattern: RegExp;
  readonly message: string;
}

const bans: readonly Ban[] = [
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, message: 'unfinished work is not left in the tree; finish it or open an issue' },
  { pattern: /\/(?:root|home\/[a-z]+|Users\/[A-Za-z]+)\//, message: 'names a path of one machine' },
  { pattern: /https?:\/\/registry\.[a-z.]+/, message: 'names a package registry' },
  { pattern: /\.only\(/, message: 'leaves a single test switched on' },
];

export const writtenText: Rule = {
  name: 'no unfinished work, machine paths or download hosts',
  check: (files) => files.filter((file) => !isExempt(file)).flatMap(checkFile),
  planted: [{ path: 'packages/bus/src/bus.ts', text: ['// TO', 'DO: retry\n'].join('') }],
};

function isExempt(file: SourceFile): boolean {
  return file.path.startsWith('tidy/') || file.path === 'LICENSE';
}

function checkFile(file: SourceFile): Violation[] {
  return bans.flatMap((ban) => {
    const match = ban.pattern.exec(file.text);
    if (match === null) return [];
    const line = file.text.slice(0, match.index).split('\n').length;
    return [{ path: `${file.path}:${line}`, message: `"${match[0]}": ${ban.message}` }];
  });
}

export const lockfile: Rule = {
  name: 'the lockfile names no download address',
  check: (files) =>
    files
      .filter((file) => file.path === 'package-lock.json' && /"resolved": "https?:/.test(file.text))
      .map((file) => ({
        path: file.path,
        message: 'holds download addresses; npm config set omit-lockfile-registry-resolved true, then npm install',
      })),
  planted: [{ path: 'package-lock.json', text: '{ "resolved": "https://example.org/x.tgz" }' }],
};
