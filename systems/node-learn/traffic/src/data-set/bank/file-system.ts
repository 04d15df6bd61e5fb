/** Files, folders and paths. */
import { multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const fileSystem = topic('File System', [
  singleChoice('easy', {
    question: '<p>Which function joins parts of a path with the separator of the platform?</p>',
    quiz: '<p>How do you build a path from its parts?</p>',
    answer:
      '<p><code>path.join</code> joins its arguments with <code>/</code> or <code>\\</code> and tidies up <code>.</code> and <code>..</code>. <code>path.resolve</code> goes further and makes an <strong>absolute</strong> path, starting from the working directory if need be. Plain concatenation works until someone runs the program on the other platform.</p>',
    right: 'path.join',
    wrong: [
      ['path.concat', 'There is no such function.'],
      ['fs.join', 'Paths are the business of node:path.'],
      ['path.merge', 'There is no such function.'],
      ['url.resolve', 'It works on URLs, not on file paths.'],
      'path.plus',
      ['path.dirname', 'It returns the folder part of a path.'],
      'os.path.join',
    ],
  }),
  singleChoice('hard', {
    question:
      '<p>Which way of replacing a file makes sure that readers see either the old or the new content, never a half-written one?</p>',
    quiz: '<p>How is a file replaced atomically?</p>',
    answer:
      '<p>Write the new content to a <strong>temporary file in the same folder</strong>, flush it with <code>fsync</code>, then <code>rename</code> it over the old one. On one file system a rename is atomic: every reader opens either the old or the new file. Writing in place truncates first, so a crash or an unlucky reader finds an empty or partial file.</p>',
    right: 'Write a temporary file beside it, sync it, and rename it over the old one',
    wrong: [
      ['writeFile with the flag w', 'It truncates first; readers can see an empty file.'],
      ['unlink the old file, then write the new one', 'In between there is no file at all.'],
      ['appendFile with the whole content', 'The old content would stay in front of it.'],
      ['Write a temporary file in /tmp and rename it', 'Across file systems rename fails with EXDEV.'],
      'writeFileSync, since synchronous calls are atomic',
      ['copyFile over the old one', 'A copy is written piece by piece, in view of all readers.'],
      'Open the file twice and write to both handles',
    ],
  }),
  multipleChoice('easy', {
    question: '<p>In which forms does <code>node:fs</code> offer most of its functions?</p>',
    answer:
      '<p>Most functions exist three times: with a <strong>callback</strong> (<code>fs.readFile</code>), <strong>synchronous</strong> (<code>fs.readFileSync</code>), and returning a <strong>promise</strong> (<code>node:fs/promises</code>, also reachable as <code>fs.promises</code>). The synchronous ones are fine at start and in small tools, and harmful in servers.</p>',
    right: ['With a callback', 'Synchronous, with names ending in Sync', 'Returning a promise, in node:fs/promises'],
    wrong: [
      ['As events on a global emitter', 'Only streams and watchers emit events.'],
      ['As generator functions', 'Some results can be iterated, but the functions are no generators.'],
      ['Returning observables', 'Node.js knows no observables; that is a library.'],
      'As SQL queries',
      ['With names ending in Async', 'Asynchronous is the default and has no ending.'],
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which statements about errors of <code>fs</code> are true?</p>',
    quiz: '<p>What is true of error codes from <code>fs</code>?</p>',
    answer:
      '<p>Errors carry a <code>code</code>: <code>ENOENT</code> (there is no such file), <code>EACCES</code> and <code>EPERM</code> (not allowed), <code>EEXIST</code>, <code>EISDIR</code>, <code>EMFILE</code> (too many open files). Code should look at <code>error.code</code>, not at the message.</p><p>Checking first and opening later is a race: just open, and handle the error.</p>',
    right: [
      'ENOENT means that there is no such file or folder',
      'EMFILE means that too many files are open',
      'error.code is the stable thing to look at',
      'EEXIST can come from the flag wx',
      'Checking with access before opening is open to a race',
    ],
    wrong: [
      ['EACCES means that the disk is full', 'A full disk is ENOSPC.'],
      ['A missing file yields null instead of an error', 'All forms report ENOENT.'],
      ['Error messages are the same in all versions and so safe to compare', 'Only the codes are stable.'],
      ['EISDIR means that a folder is missing', 'It means that a folder was found where a file was expected.'],
      'Errors of fs have no stack trace',
    ],
  }),
  textInput('medium', {
    question:
      '<p>Which option of <code>fs.mkdir</code> makes missing parent folders too, and is content when the folder exists already?</p>',
    quiz: '<p><code>mkdir(path, { ____: true })</code> makes parents too. Which option?</p>',
    answer:
      '<p><code>recursive</code>. With it <code>mkdir</code> makes all missing folders on the way and does not complain about existing ones. The same word lets <code>rm</code> delete a folder with its content and <code>readdir</code> list all levels; note that <code>rm</code> also needs <code>force</code> to be silent about missing files.</p>',
    keywords: ['recursive'],
  }),
]);
