/** Fundamentals: globals, versions, configuration and the tools around a program. */
import { multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const fundamentalsOfEverydayUse = topic('Fundamentals', [
  singleChoice('easy', {
    question: '<p>How does a program read the environment variable <code>PORT</code>?</p>',
    answer:
      '<p>Environment variables are properties of <code>process.env</code>. Their values are always <strong>strings</strong>, or <code>undefined</code> when they are not set, so a port must be converted: <code>Number(process.env.PORT ?? 3000)</code>.</p><p>A file with variables can be loaded at start with <code>node --env-file=.env main.js</code>, without any package.</p>',
    right: 'process.env.PORT',
    wrong: [
      ['process.argv.PORT', 'argv holds command line arguments, as an array.'],
      ['globalThis.PORT', 'Variables of the environment do not become globals.'],
      ["require('env').PORT", 'There is no built-in module of this name.'],
      ['process.config.PORT', 'process.config describes how the executable was built.'],
      'os.environ.PORT',
      ['import.meta.env.PORT', 'Some bundlers replace this in front ends; Node.js does not define it.'],
      'system.getenv("PORT")',
    ],
  }),
  singleChoice('medium', {
    question: '<p>What does it mean that a Node.js release line is "LTS"?</p>',
    quiz: '<p>What is special about an LTS release line of Node.js?</p>',
    answer:
      '<p>LTS stands for <em>long-term support</em>. Up to now a line with an <strong>even</strong> number became LTS about six months after its first release. From then on it only receives fixes and careful additions, first as active LTS, then in maintenance, for some thirty months in all.</p><p>Production systems should run on an LTS line; current lines are there to try what is coming.</p>',
    right: 'It receives fixes for about thirty months without breaking changes',
    wrong: [
      ['It is paid for and comes with a support contract', 'All lines are free; vendors may sell support for any of them.'],
      ['It contains experimental features that others lack', 'It is the other way round: new features appear in current lines first.'],
      ['It runs without a garbage collector', 'All lines use V8 with its garbage collector.'],
      'It supports only Linux',
      ['It never receives updates after its release', 'Security fixes keep coming, which is the point of it.'],
      ['It has an odd major number', 'Lines with odd numbers were never promoted to LTS.'],
      'It can be installed only through npm',
    ],
  }),
  singleChoice('medium', {
    question: '<p>When does a Node.js process end by itself, without <code>process.exit()</code> and without an error?</p>',
    quiz: '<p>What makes a Node.js process end by itself?</p>',
    answer:
      '<p>The process ends when the event loop has <strong>nothing left that could bring new work</strong>: no referenced timer, no open server or socket, no pending operation. Pending promises alone do not keep it alive.</p><p>Handles can be taken out of the count with <code>unref()</code>: a timer for housekeeping then no longer prevents the end of the program.</p>',
    right: 'When no referenced handle or pending operation is left in the event loop',
    wrong: [
      ['When the last line of the main module has run', 'A server or a timer started there keeps the process alive.'],
      ['When all promises are settled', 'Promises do not count; a promise that stays pending does not keep the process alive.'],
      ['When the garbage collector finds the heap empty', 'The heap has nothing to do with the life of the process.'],
      ['After two minutes without activity', 'There is no such limit; some servers only close idle connections.'],
      'When the terminal window loses focus',
      ['When module.exports is assigned', 'Exporting values does not influence the event loop.'],
      'Never; it must always be ended by a signal',
    ],
  }),
  multipleChoice('easy', {
    question: '<p>Which of these are globals in Node.js, usable in every module without an import?</p>',
    quiz: '<p>Which are global in Node.js?</p>',
    answer:
      '<p>Globals include <code>console</code>, <code>process</code>, <code>Buffer</code>, the timers, <code>queueMicrotask</code>, <code>structuredClone</code>, <code>fetch</code>, <code>URL</code> and <code>AbortController</code>.</p><p><code>fs</code> and <code>path</code> are modules and must be imported. (The interactive prompt offers them as if they were global, which misleads.) <code>window</code> and <code>document</code> belong to the browser.</p>',
    right: ['console', 'process', 'setTimeout', 'URL', 'structuredClone'],
    wrong: [
      ['fs', 'A module; only the interactive prompt preloads it.'],
      ['document', 'There is no page and so no document.'],
      ['window', 'Browsers only; the portable name is globalThis.'],
      'path',
      ['alert', 'A function of browsers.'],
    ],
  }),
  multipleChoice('easy', {
    question: '<p>Which commands print the version of Node.js, or run code with it, from a shell?</p>',
    answer:
      '<p><code>node --version</code> and <code>node -v</code> print the version; <code>node -p process.version</code> evaluates an expression and prints it; <code>node -e</code> runs a line of code; <code>node file.js</code> runs a file.</p>',
    right: ['node --version', 'node -p process.version', 'node -e "console.log(1 + 1)"'],
    wrong: [
      ['node run 1 + 1', 'node takes the first word for the name of a file.'],
      ['npm --node', 'No such option; npm version lists the versions, Node.js among them.'],
      ['node --print-version-only', 'No such option exists.'],
      'node.version',
      'javascript -v',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which statements about <code>process.exitCode</code> and <code>process.exit()</code> are true?</p>',
    answer:
      "<p>Setting <code>process.exitCode</code> only notes the code; the process ends when its work is done, so output is written and connections close properly. <code>process.exit()</code> ends it <strong>at once</strong>: pending asynchronous work is dropped, which can cut off output written to a pipe.</p><p>Both run the listeners of <code>'exit'</code>, in which only synchronous work has an effect.</p>",
    right: [
      'process.exitCode leaves the program time to finish its work',
      'process.exit() drops pending asynchronous operations',
      'Listeners of the exit event can only do synchronous work',
      'Output to a pipe may be lost with process.exit()',
      'A code other than 0 tells the shell that something failed',
    ],
    wrong: [
      ['process.exit() waits for open HTTP requests', 'It ends the process at once, requests included.'],
      ['process.exitCode = 1 ends the process at once', 'It only notes the code for the later end.'],
      ['finally blocks always run after process.exit()', 'No JavaScript runs after the exit listeners.'],
      'process.exit() may be called only in the main module',
      'An exit code may be any string',
    ],
  }),
  textInput('medium', {
    question:
      '<p>Name the five major parts a version of Node.js reports in <code>process.versions</code>: the runtime itself, the JavaScript engine, the event loop library, the TLS library and the compression library.</p>',
    quiz: '<p>Five keys of <code>process.versions</code>: runtime, engine, event loop, TLS, compression?</p>',
    answer:
      '<p><code>process.versions</code> is an object with, among others, <code>node</code>, <code>v8</code>, <code>uv</code> (libuv), <code>openssl</code> and <code>zlib</code>. It also lists <code>modules</code>, the number of the binary interface native add-ons are built for. The keys are what tools print when you report a bug.</p>',
    keywords: ['node', 'v8', 'uv', 'openssl', 'zlib'],
  }),
  textInput('hard', {
    question: '<p>Which environment variable sets the number of threads in the libuv pool?</p>',
    quiz: '<p>The size of the libuv thread pool is set by which environment variable?</p>',
    answer:
      '<p><code>UV_THREADPOOL_SIZE</code>. The default is 4, the maximum 1024. The pool serves the asynchronous functions of <code>fs</code>, <code>dns.lookup</code>, and functions such as <code>crypto.pbkdf2</code>, <code>crypto.scrypt</code> and asynchronous <code>zlib</code>. It has to be set before the pool is used for the first time, best in the environment of the process.</p>',
    keywords: ['UV_THREADPOOL_SIZE'],
  }),
  singleChoice('easy', {
    inactive: true,
    question: '<p>Which global gives the directory of the current file in a CommonJS module?</p>',
    answer:
      '<p><code>__dirname</code>. It looks like a global but is a parameter of the function that Node.js wraps around every CommonJS module. In ECMAScript modules the same is <code>import.meta.dirname</code>.</p>',
    right: '__dirname',
    wrong: [
      ['process.cwd()', 'The directory the program was started in, which may be another one.'],
      ['__filename', 'The path of the file itself.'],
      ['module.path', 'It exists, but is a property of the module object and no global.'],
      'path.dirname',
      ['os.homedir()', 'The home directory of the user.'],
      'require.main',
      'global.directory',
    ],
  }),
]);
