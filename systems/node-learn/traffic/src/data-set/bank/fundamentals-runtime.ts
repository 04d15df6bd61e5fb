/** Fundamentals: what Node.js is made of and how it runs a program. */
import { multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const fundamentalsOfTheRuntime = topic('Fundamentals', [
  singleChoice('easy', {
    question: '<p>What is Node.js, in one sentence?</p>',
    quiz: '<p>Which sentence describes Node.js best?</p>',
    answer:
      '<p>Node.js is a <strong>runtime</strong>: a program that executes JavaScript outside the browser. It puts the V8 engine together with libuv, which brings the event loop and asynchronous input and output, and with a standard library for files, network, processes and more.</p><p>It is neither a language nor a framework. The language is JavaScript as ECMAScript defines it; frameworks such as Express or NestJS are packages that run on top of it.</p>',
    right: 'A runtime that executes JavaScript outside the browser',
    wrong: [
      ['A web framework written in JavaScript', 'Frameworks such as Express run on top of Node.js.'],
      ['A programming language derived from JavaScript', 'The language is plain JavaScript; Node.js only runs it.'],
      ['A browser without a user interface', 'There is no DOM and no page in Node.js.'],
      ['A compiler that turns JavaScript into a native executable', 'V8 compiles while the program runs; no executable comes out of it.'],
      ['A package manager for JavaScript libraries', 'That is npm, which is delivered together with Node.js.'],
      'A web server that is configured with JavaScript files',
      'A database driver collection for JavaScript',
    ],
  }),
  singleChoice('easy', {
    question: '<p>Which engine executes the JavaScript code in Node.js?</p>',
    answer:
      '<p>Node.js embeds <strong>V8</strong>, the engine of Chrome. V8 parses the source, compiles it to bytecode for its interpreter, and optimises hot functions to machine code while the program runs. It also owns the heap and the garbage collector.</p><p>Everything that is not the language itself, such as timers, files and sockets, comes from Node.js and libuv.</p>',
    right: 'V8',
    wrong: [
      ['SpiderMonkey', 'That is the engine of Firefox.'],
      ['JavaScriptCore', 'That is the engine of Safari, and of the Bun runtime.'],
      ['libuv', 'libuv provides the event loop and asynchronous input and output, it executes no JavaScript.'],
      ['Chakra', 'The engine of the old Edge; an experimental Node.js port was given up.'],
      'Rhino',
      ['WebKit', 'A browser engine for pages, of which JavaScriptCore is a part.'],
      'Nashorn',
    ],
  }),
  singleChoice('easy', {
    question: '<p>On how many threads does Node.js run the JavaScript of an ordinary program, one that starts no workers?</p>',
    quiz: '<p>How many threads run your JavaScript when you start no workers?</p>',
    answer:
      '<p><strong>One.</strong> All your functions and callbacks run one after the other on the main thread, so two of them never touch the same variable at the same time.</p><p>The process has more threads than that: libuv keeps a pool of four by default for file system work, DNS look-ups and some cryptography, and V8 uses helpers for garbage collection and compilation. None of them runs your JavaScript.</p>',
    right: 'Exactly one',
    wrong: [
      ['One per CPU core', 'Using all cores needs worker threads or several processes.'],
      ['Four, the size of the libuv pool', 'The pool runs native work, never your JavaScript.'],
      ['One per incoming request', 'That is the model of classic application servers; here all requests share one thread.'],
      ['Two: one for code, one for callbacks', 'Callbacks run on the same thread as all other code.'],
      'As many as UV_THREADPOOL_SIZE says',
      ['One per module', 'Modules only divide code, they have no thread.'],
      'None, JavaScript runs inside the operating system kernel',
    ],
  }),
  multipleChoice('easy', {
    question: '<p>Which of these can you use in Node.js without installing a package?</p>',
    quiz: '<p>Which come with Node.js?</p>',
    answer:
      '<p>The standard library covers files (<code>node:fs</code>), paths, HTTP, cryptography, streams, child processes, worker threads, testing (<code>node:test</code>) and much more. Since version 18 the global <code>fetch</code> is there too.</p><p>Express, lodash, axios, dotenv and socket.io are packages from the registry: popular, but never part of Node.js.</p>',
    right: ['node:fs', 'node:http', 'node:crypto', 'The global fetch function', 'node:test'],
    wrong: [
      ['Express', 'A framework you install from the registry.'],
      ['lodash', 'A package of small functions, not part of the runtime.'],
      ['axios', 'A package; the built-in way is fetch.'],
      'socket.io',
      ['winston', 'A logging package from the registry.'],
    ],
  }),
  multipleChoice('easy', {
    question: '<p>For which kinds of programs is Node.js a natural choice?</p>',
    answer:
      '<p>Node.js is at its best where a program <em>waits</em> a lot: it talks to databases, services, files and many clients at once, and does little computing in between. One thread then serves thousands of open connections cheaply.</p><p>Long computations block that one thread. They belong into worker threads, other processes or other tools.</p>',
    right: [
      'JSON APIs in front of a database',
      'Chat servers with many open connections',
      'Command line tools',
      'Proxies that pass data along',
      'Build tools for front ends',
    ],
    wrong: [
      ['Training neural networks on the main thread', 'A long computation blocks every other piece of work.'],
      ['Hard real-time control of a motor', 'Garbage collection and the event loop give no guarantee about time.'],
      ['Kernel drivers', 'JavaScript runs in user space, on top of a large runtime.'],
      'Rendering films frame by frame on one thread',
      'Firmware for chips with a few kilobytes of memory',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which of these does libuv contribute to Node.js?</p>',
    quiz: '<p>What comes from libuv?</p>',
    answer:
      "<p>libuv is the C library below Node.js. It offers the <strong>event loop</strong>, timers, a uniform view on the operating system's ways to wait for sockets (epoll, kqueue, completion ports), child processes and signals, and a <strong>thread pool</strong> for work that has no asynchronous form in the operating system, above all files and <code>getaddrinfo</code>.</p><p>The language, promises, the heap and the garbage collector belong to V8.</p>",
    right: [
      'The event loop',
      'The thread pool for file system work',
      'Timers',
      'Non-blocking sockets on all platforms',
      'Starting child processes',
    ],
    wrong: [
      ['Garbage collection', 'The heap belongs to V8.'],
      ['The queue of promise reactions', 'V8 owns the microtask queue; Node.js decides when it is emptied.'],
      ['Parsing of ECMAScript modules', 'V8 parses the code, Node.js finds and links the files.'],
      'JSON.parse',
      ['Optimising hot functions', 'That is the work of V8 compilers.'],
    ],
  }),
  textInput('easy', {
    question: '<p>Name the global object that is the same in browsers, workers and Node.js.</p>',
    quiz: '<p>Which standard name refers to the global object everywhere?</p>',
    answer:
      '<p><code>globalThis</code>. ECMAScript 2020 introduced it because every environment had its own name: <code>window</code> in pages, <code>self</code> in workers, <code>global</code> in Node.js. The old names still work where they always did, but code that is meant to run everywhere uses <code>globalThis</code>.</p>',
    keywords: ['globalThis'],
  }),
  textInput('easy', {
    question: '<p>Which array of <code>process</code> holds the command line arguments?</p>',
    answer:
      '<p><code>process.argv</code>. The first element is the path of the Node.js executable, the second the path of the script; what the user typed begins at index 2. Options for Node.js itself are not in it but in <code>process.execArgv</code>. To make sense of flags, <code>parseArgs</code> of <code>node:util</code> is built in.</p>',
    keywords: ['argv'],
  }),
]);
