/** Program: `stop` or `start` a side program of a run, by the folder of the run and its name; ends when that is done. The controller runs it. */
import { askForSideProgram, isSideProgramWord } from './running/side-programs.ts';

const [word, directory, name] = process.argv.slice(2);
if (!isSideProgramWord(word) || directory === undefined || name === undefined)
  throw new Error('side-program stop|start <folder of the run> <name>');
await askForSideProgram({ directory, name }, word);
