/** Every module opens with one sentence of purpose. */
import { isTypeScript, type Rule } from '../source-tree.ts';

export const modulePurpose: Rule = {
  name: 'every module opens with a sentence of purpose',
  check: (files) =>
    files
      .filter((file) => isTypeScript(file) && /\/src\//.test(file.path) && !/\.test\.tsx?$/.test(file.path))
      .filter((file) => !/^\s*(?:\/\*\*|\/\/)/.test(file.text.replace(/^#!.*\n/, '')))
      .map((file) => ({ path: file.path, message: 'opens without a sentence that says what it is for' })),
  planted: [{ path: 'packages/bus/src/bus.ts', text: 'export const answer = 42;\n' }],
};
