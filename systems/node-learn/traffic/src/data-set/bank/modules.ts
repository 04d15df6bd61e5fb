/** CommonJS and ECMAScript modules, and how files and packages are found. */
import { listing, multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const modules = topic('Modules', [
  singleChoice('easy', {
    question: '<p>How is a <code>.js</code> file told to be an ECMAScript module?</p>',
    quiz: '<p>Which field makes <code>.js</code> files ECMAScript modules?</p>',
    answer:
      '<p>By <code>"type": "module"</code> in the nearest <code>package.json</code>. Independent of that, <code>.mjs</code> files are always ECMAScript modules and <code>.cjs</code> files always CommonJS.</p><p>Without the field, recent versions of Node.js look at the source: if it only parses as an ECMAScript module, it is run as one. Saying it explicitly is faster and leaves no doubt.</p>',
    right: '"type": "module" in package.json',
    wrong: [
      ['"module": true in package.json', 'Some bundlers know a field module with a path; Node.js ignores it.'],
      ['"main": "esm" in package.json', 'main names the entry file.'],
      ['A comment // @module in the first line', 'Comments have no effect on the module system.'],
      ['The option --esm of node', 'There is no such option.'],
      '"use module" in the first line',
      ['An import statement in index.html', 'Node.js reads no HTML.'],
      '"format": "es" in tsconfig.json',
    ],
  }),
  singleChoice('medium', {
    practical: true,
    question: `<p>Two files import <code>counter.js</code> and call <code>next()</code> once each. What does the second call return?</p>${listing(`
// counter.js
let count = 0;
export function next() { return ++count; }`)}`,
    answer:
      '<p><strong>2.</strong> A module is evaluated <strong>once</strong> per process and cached under its URL. All importers share the same instance, and with it the variable <code>count</code>. This makes a module a simple singleton, and shared state in modules a trap in tests.</p>',
    right: '2',
    wrong: [
      ['1, because each importer gets its own copy', 'All importers share one instance.'],
      ['undefined', 'The function returns the incremented number.'],
      ['0', 'The prefix operator increments before it returns.'],
      ['It throws, since count is not exported', 'The function sees the variable of its own module.'],
      '3',
      'NaN',
      ['It depends on the order of the imports', 'Whoever calls second gets 2.'],
    ],
  }),
  singleChoice('hard', {
    question: '<p>Module A requires B while B, at its top, requires A (both CommonJS, A is started first). What does B receive?</p>',
    quiz: '<p>What does <code>require</code> return in a CommonJS cycle?</p>',
    answer:
      '<p>B receives the <strong>unfinished</strong> <code>module.exports</code> of A: what A has assigned up to that point, often an empty object. Once A has finished, properties added to the same object become visible, but B keeps its old reference when A replaces <code>module.exports</code> altogether.</p><p>ECMAScript modules also allow cycles; there, using a binding before it is initialised throws a <code>ReferenceError</code>.</p>',
    right: "A's exports as far as they have been assigned up to now",
    wrong: [
      ["A's complete exports", 'A cannot be complete, since it is still waiting for B.'],
      ['An error that names the cycle', 'CommonJS allows cycles silently; at most a warning follows later.'],
      ['A promise for the exports of A', 'require is synchronous.'],
      ['undefined', 'It receives the exports object, possibly still empty.'],
      'A second, fresh instance of A',
      'Its own exports',
      'The source text of A',
    ],
  }),
  multipleChoice('easy', {
    question: '<p>Which exist in CommonJS modules but not in ECMAScript modules?</p>',
    quiz: '<p>What is missing in ECMAScript modules?</p>',
    answer:
      '<p>CommonJS wraps each module into a function with the parameters <code>exports</code>, <code>require</code>, <code>module</code>, <code>__filename</code> and <code>__dirname</code>. ECMAScript modules have none of them. Instead there are <code>import</code>, <code>export</code>, <code>import.meta.url</code>, <code>import.meta.dirname</code> and, when need be, <code>createRequire</code> of <code>node:module</code>.</p>',
    right: ['require', 'module.exports', '__dirname', '__filename', 'exports'],
    wrong: [
      ['import()', 'Dynamic import works in both.'],
      ['process', 'A global, there in both.'],
      ['Top-level await', 'It is the other way round: only ECMAScript modules have it.'],
      'console',
      ['Strict mode', 'ECMAScript modules are always strict; CommonJS is only on request.'],
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which statements about the <code>exports</code> field of <code>package.json</code> are true?</p>',
    answer:
      '<p><code>exports</code> declares the entry points of a package and takes precedence over <code>main</code>. What it does not list cannot be imported from outside. <strong>Conditions</strong> such as <code>import</code>, <code>require</code>, <code>types</code> and <code>default</code> choose a file by the way it is loaded; the first that matches wins, so their order matters. Paths start with <code>./</code>.</p>',
    right: [
      'It hides files it does not mention',
      'It wins over main',
      'Conditions can offer different files to import and require',
      'The order of the conditions matters',
      'Targets start with ./',
      'Patterns with * can open a whole folder',
    ],
    wrong: [
      ['It lists the names a module exports', 'It maps paths; names are exported in the code.'],
      ['It is only read by bundlers', 'Node.js itself obeys it.'],
      ['It may point outside the package with ../', 'Targets must lie inside the package.'],
      ['It makes main forbidden', 'Both may stand there; old tools read main.'],
      'It replaces the field dependencies',
      'It works only with "type": "module"',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which are true of imports in ECMAScript modules of Node.js?</p>',
    answer:
      "<p>Static imports are <strong>hoisted</strong>: they are resolved and evaluated before the module body runs. Relative specifiers need the full file name with its extension. Imported names are live bindings, read-only for the importer. JSON files need <code>with { type: 'json' }</code>. Built-in modules can be written with the prefix <code>node:</code>.</p>",
    right: [
      'Relative specifiers need the file extension',
      'Imported bindings cannot be assigned by the importer',
      'Static imports are evaluated before the rest of the module',
      "JSON needs the attribute with { type: 'json' }",
      'CommonJS packages can be imported too',
    ],
    wrong: [
      ["import './lib' finds ./lib/index.js", 'Folders are not resolved; name the file.'],
      ['Static imports may stand inside an if', 'Only at the top level; use import() elsewhere.'],
      ['Each import statement evaluates the module anew', 'A module is evaluated once and cached.'],
      'Specifiers may be computed in static imports',
      ['Imports are copies of the exported values', 'They are live bindings that follow later changes.'],
    ],
  }),
  textInput('easy', {
    question: '<p>Which prefix marks a built-in module in an import, so that no package of the same name can take its place?</p>',
    quiz: "<p>Complete the prefix: <code>import fs from '____fs'</code></p>",
    answer:
      '<p><code>node:</code>. The prefix makes it visible that nothing has to be installed, and it skips the search in <code>node_modules</code>. Newer built-in modules such as <code>node:test</code> and <code>node:sqlite</code> exist <em>only</em> with the prefix.</p>',
    keywords: ['node:'],
  }),
  singleChoice('medium', {
    inactive: true,
    question: '<p>Where does Node.js look first for a bare specifier such as <code>express</code>?</p>',
    answer:
      '<p>In <code>node_modules</code> beside the importing file, then in <code>node_modules</code> of each parent folder up to the root of the file system. The working directory plays no part in it.</p>',
    right: 'In node_modules beside the importing file, then upwards',
    wrong: [
      ['In the working directory', 'The place of the importing file counts.'],
      ['In the global folder of npm', 'Global packages are for commands, not for imports.'],
      ['In the registry, over the network', 'Node.js never downloads anything.'],
      'In the folder of the node executable',
      ['Beside package-lock.json only', 'Lock files play no part when modules are loaded.'],
      'In /usr/lib/node only',
      'In the folder named by NODE_HOME',
    ],
  }),
]);
