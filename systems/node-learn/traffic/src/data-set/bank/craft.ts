/** Security, testing, performance, debugging, packages and types: what surrounds the code. */
import { multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const security = topic('Security', [
  multipleChoice('medium', {
    question: '<p>Which are sound ways to deal with user passwords in a Node.js program?</p>',
    quiz: '<p>What is sound when storing passwords?</p>',
    answer:
      '<p>Passwords are stored as the result of a <strong>slow, salted</strong> function such as <code>scrypt</code> (built in), bcrypt or Argon2, with a random salt for each user. Comparison takes constant time (<code>crypto.timingSafeEqual</code>). Fast hashes such as SHA-256 alone can be tried billions of times per second. Encrypting is no substitute, since whoever has the key has all passwords.</p>',
    right: [
      'crypto.scrypt with a random salt per user',
      'Comparing with crypto.timingSafeEqual',
      'Limiting the number of attempts',
      'Not writing passwords to logs',
      'The asynchronous variant, so that the event loop stays free',
    ],
    wrong: [
      ['A single SHA-256 of the password', 'Far too fast, and without a salt equal passwords look equal.'],
      ['One salt for all users', 'Equal passwords then get equal hashes.'],
      ['Encrypting them with a key in the source', 'Whoever reads the source can read all passwords.'],
      ['Base64', 'An encoding that anybody can reverse.'],
      'Storing them in a cookie',
    ],
  }),
  textInput('hard', {
    question:
      '<p>An attacker sends JSON with a key that, merged carelessly into an object, changes all objects of the program. Which key is it, in the most common form of this attack?</p>',
    quiz: '<p>Which key is typical of prototype pollution?</p>',
    answer:
      '<p><code>__proto__</code>. <code>JSON.parse</code> makes it an own property; a naive deep merge then follows it to <code>Object.prototype</code> and writes there, which is <em>prototype pollution</em>. Remedies: refuse the keys <code>__proto__</code>, <code>constructor</code> and <code>prototype</code>, use <code>Map</code> or <code>Object.create(null)</code>, validate input against a schema, or start Node.js with <code>--disable-proto=delete</code>.</p>',
    keywords: ['__proto__'],
  }),
]);

export const testing = topic('Testing', [
  singleChoice('easy', {
    question: '<p>How are tests run with what Node.js brings itself?</p>',
    quiz: '<p>Which command runs tests without any package?</p>',
    answer:
      '<p><code>node --test</code> finds test files by their names and runs each in a process of its own. Tests are written with <code>node:test</code> and <code>node:assert</code>; there are hooks, mocks, snapshots, a watch mode and coverage (<code>--experimental-test-coverage</code>).</p>',
    right: 'node --test',
    wrong: [
      ['node test', 'This runs a file called test.'],
      ['npm run jest', 'Jest is a package, and the script would have to exist.'],
      ['node --check', 'It only checks the syntax.'],
      ['node --unit', 'There is no such option.'],
      'node -t',
      ['npx mocha', 'Mocha is a package.'],
      'node run tests',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which habits make asynchronous tests reliable?</p>',
    answer:
      '<p>A reliable test waits for a <strong>signal</strong>, not for a span of time: a promise, an event, a message. It returns or awaits its promises, so that failures are noticed, uses free ports and data of its own, and closes what it has opened. Fixed sleeps are too short on a busy machine and too long on all others.</p>',
    right: [
      'Awaiting the promise of the work under test',
      'Waiting for an event instead of sleeping',
      'Letting the system choose a free port with port 0',
      'Closing servers and connections at the end',
      'Fresh data for each test',
    ],
    wrong: [
      ['Sleeping for two seconds before each check', 'Too short on a busy machine, too long on others.'],
      ['Running tests in a fixed order because they depend on each other', 'Each should be able to run alone.'],
      ['Not returning the promise so that the test is faster', 'The test then passes before it has checked anything.'],
      'Ignoring tests that fail only now and then',
      ['Sharing one database row among all tests', 'Tests that run at the same time disturb each other.'],
    ],
  }),
]);

export const performance = topic('Performance', [
  multipleChoice('hard', {
    question: '<p>The memory of a server grows from day to day. Which are plausible causes in a Node.js program?</p>',
    quiz: '<p>Which are typical memory leaks?</p>',
    answer:
      '<p>A leak means that something <strong>reachable</strong> grows: a cache without a limit, listeners added per request and never removed, timers that hold closures, a map keyed by request id that nobody cleans, promises that never settle. Two heap snapshots and their difference show who holds the objects.</p>',
    right: [
      'A Map used as a cache without any limit',
      'Listeners added for each request and never removed',
      'setInterval callbacks that are never cleared',
      'A global array that collects log entries',
      'Requests kept in a list while they wait for a promise that never settles',
    ],
    wrong: [
      ['Local variables of functions that have returned', 'Unless a closure keeps them, they are collected.'],
      ['A WeakMap keyed by the request', 'A weak key keeps nothing alive.'],
      ['Two objects that refer only to each other', 'Unreachable cycles are collected.'],
      ['Using const instead of let', 'It has no effect on memory.'],
      'Long function names',
    ],
  }),
]);

export const debugging = topic('Debugging', [
  textInput('medium', {
    question: '<p>Which option starts Node.js with the inspector and waits for the debugger before the first line of the program runs?</p>',
    quiz: '<p>Which option stops at the first line until a debugger is attached?</p>',
    answer:
      '<p><code>--inspect-brk</code>. <code>--inspect</code> opens the inspector too but runs on, and a short program may be over before anybody is attached. <code>--inspect-wait</code> waits for the debugger without stopping at the first line. The inspector listens on 127.0.0.1:9229 and should never be reachable from outside, since it can run any code.</p>',
    keywords: ['--inspect-brk'],
  }),
]);

export const packages = topic('Packages', [
  singleChoice('easy', {
    question: '<p>Which command installs exactly what the lock file says, and fails when it does not match <code>package.json</code>?</p>',
    quiz: '<p>Which command installs exactly what the lock file says?</p>',
    answer:
      '<p><code>npm ci</code>. It deletes <code>node_modules</code>, installs the versions of <code>package-lock.json</code>, checks their integrity and never writes the lock file. That makes it the command for build servers, whereas <code>npm install</code> may update the lock file to match <code>package.json</code>.</p>',
    right: 'npm ci',
    wrong: [
      ['npm install', 'It may change the lock file.'],
      ['npm update', 'It looks for newer versions on purpose.'],
      ['npm install --save-exact', 'It writes exact versions to package.json when adding a package.'],
      ['npm audit', 'It reports known vulnerabilities.'],
      'npm lock',
      ['npm rebuild', 'It only compiles native add-ons again.'],
      'npm pack',
    ],
  }),
]);

export const typeScript = topic('TypeScript', [
  singleChoice('medium', {
    question: '<p>What does Node.js do with the types when it runs a <code>.ts</code> file directly?</p>',
    quiz: '<p>Running a <code>.ts</code> file directly: what becomes of the types?</p>',
    answer:
      '<p>It <strong>strips</strong> them: annotations are replaced by blanks, and the rest is run as JavaScript. Nothing is checked, so <code>tsc --noEmit</code> is still needed. Syntax that would need code to be generated, such as enums and parameter properties, is refused; the compiler option <code>erasableSyntaxOnly</code> warns of it in time.</p>',
    right: 'They are stripped without being checked',
    wrong: [
      ['They are checked, and errors stop the program', 'Node.js has no type checker.'],
      ['They are turned into run-time checks', 'Nothing of the types is left at run time.'],
      ['The installed TypeScript compiler is called', 'No TypeScript needs to be installed.'],
      ['Enums are compiled to objects', 'Enums need generated code, so they are refused.'],
      'They are sent to a language server',
      ['They speed up the program', 'V8 never sees them.'],
      'They are kept as comments for the debugger',
    ],
  }),
]);
