/** `banyan verify`: compares both sides of an extraction row by row, at one position, while both change. */
import type { CommandDescription } from '../command-line.ts';
import { moveOptions, runMove } from './moves.ts';

export const verify: CommandDescription = {
  name: 'verify',
  usage: 'verify <extraction>',
  summary: 'Compares both sides row by row, at one position, while both change. Exit code 1 when a row differs.',
  options: { repair: { type: 'boolean', help: 'copy the rows that differ again from the owner, then compare again' }, ...moveOptions },
  run: (call) => runMove(call, 'verify', call.options['repair'] === true ? { repair: true } : {}),
};
