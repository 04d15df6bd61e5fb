/** All rules of the repository, in the order they are reported. */
import { deadFiles } from './rules/dead-files.ts';
import { exportNames, fileNames, fileSize, folderNames } from './rules/file-shape.ts';
import { importDirections } from './rules/import-directions.ts';
import { modulePurpose } from './rules/module-purpose.ts';
import { lockfile, writtenText } from './rules/written-text.ts';
import type { Rule } from './source-tree.ts';

export const rules: readonly Rule[] = [
  importDirections,
  deadFiles,
  fileSize,
  fileNames,
  folderNames,
  exportNames,
  modulePurpose,
  writtenText,
  lockfile,
];
