/** The event loop: phases, queues, timers and what blocks them. */
import { listing, multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const eventLoop = topic('Event Loop', [
  singleChoice('easy', {
    question: '<p>What does the event loop do?</p>',
    answer:
      '<p>The event loop waits for events (a timer is due, data has arrived, a file has been read) and runs the callbacks that belong to them, <strong>one at a time</strong>, on the main thread. Between two callbacks it empties the microtask queues. When nothing can happen any more, the process ends.</p><p>This is how one thread serves many clients: while one waits for the database, the loop runs callbacks of others.</p>',
    right: 'It waits for events and runs their callbacks one after the other',
    wrong: [
      ['It starts a thread for each callback', 'All callbacks share the main thread.'],
      ['It runs callbacks in parallel on all cores', 'Only one callback runs at any time.'],
      ['It translates JavaScript to machine code', 'That is the work of V8.'],
      ['It repeats the main module until it is stopped', 'The main module runs once.'],
      ['It interrupts callbacks that take too long', 'Nothing interrupts a running callback, which is why it can block everything.'],
      'It collects garbage',
      'It retries failed network requests',
    ],
  }),
  singleChoice('medium', {
    practical: true,
    question: `<p>In which order does this CommonJS program print?</p>${listing(`
setTimeout(() => console.log('timeout'), 0);
Promise.resolve().then(() => console.log('promise'));
process.nextTick(() => console.log('tick'));
console.log('main');`)}`,
    answer:
      '<p>The synchronous code comes first: <code>main</code>. Before the event loop goes on, Node.js empties the queue of <code>process.nextTick</code>, then the microtasks of promises: <code>tick</code>, <code>promise</code>. Only then does the loop reach the timers: <code>timeout</code>.</p><p>In an ECMAScript module the first two would change places, because the module itself is evaluated inside a microtask and the promise queue is already being emptied.</p>',
    right: 'main, tick, promise, timeout',
    wrong: [
      ['timeout, promise, tick, main', 'Synchronous code always comes first.'],
      ['main, promise, tick, timeout', 'In CommonJS the nextTick queue is emptied before the promise queue.'],
      ['main, timeout, tick, promise', 'Timers have to wait until both queues are empty.'],
      ['tick, main, promise, timeout', 'nextTick waits for the running code to end.'],
      ['main, tick, timeout, promise', 'Promise reactions run before the loop reaches the timers.'],
      'promise, main, tick, timeout',
      'The order is random',
    ],
  }),
  singleChoice('hard', {
    practical: true,
    question: `<p>What is guaranteed about the output of this program?</p>${listing(`
const fs = require('node:fs');
fs.readFile(__filename, () => {
  setTimeout(() => console.log('timeout'), 0);
  setImmediate(() => console.log('immediate'));
});`)}`,
    quiz: '<p>Inside a callback of <code>fs.readFile</code>, what comes first: <code>setTimeout(f, 0)</code> or <code>setImmediate(f)</code>?</p>',
    answer:
      '<p>The callback of <code>readFile</code> runs in the <strong>poll</strong> phase. The next phase is <strong>check</strong>, where immediates run; timers follow only in the next round of the loop. So <code>immediate</code> is always first.</p><p>At the top level of a program the order is not guaranteed: it depends on whether a millisecond has passed when the loop looks at the timers for the first time.</p>',
    right: 'immediate is always printed before timeout',
    wrong: [
      ['timeout is always printed before immediate', 'Timers come after the check phase when one starts from poll.'],
      ['The order is random, as at the top level', 'Inside a callback of the poll phase the order is fixed.'],
      ['Only immediate is printed', 'Both callbacks run.'],
      ['Both are printed in the same phase', 'Timers and immediates have phases of their own.'],
      'timeout is first if the file is large',
      'Nothing is printed, because the process ends first',
      'The order depends on UV_THREADPOOL_SIZE',
    ],
  }),
  singleChoice('hard', {
    question: '<p>What happens when a function calls <code>process.nextTick</code> with itself again and again, without end?</p>',
    quiz: '<p>What does an endless chain of <code>process.nextTick</code> do?</p>',
    answer:
      '<p>The nextTick queue is emptied <strong>completely</strong> before the event loop goes on, including callbacks added meanwhile. An endless chain therefore starves everything else: timers do not fire, requests are not accepted, although the process looks busy and no function runs long.</p><p>The same holds for an endless chain of microtasks. <code>setImmediate</code> is the right tool for work cut into pieces, because the loop goes round between two of them.</p>',
    right: 'Timers and input never get their turn, because the queue is never empty',
    wrong: [
      ['The stack overflows', 'Each callback starts with an empty stack.'],
      ['Each call runs in the next round of the loop, other callbacks in between', 'That describes setImmediate, not nextTick.'],
      ['Node.js stops it after 1000 calls', 'There was such a limit in very old versions; it is gone.'],
      ['Promises run between two ticks and I/O does too', 'Promises wait until the tick queue is empty, I/O even longer.'],
      'The process ends because no handle is left',
      'The thread pool takes over',
      'A RangeError is thrown at the second call',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which are phases of the event loop of Node.js?</p>',
    answer:
      '<p>In each round the loop passes: <strong>timers</strong>, <strong>pending callbacks</strong>, idle and prepare (internal), <strong>poll</strong>, <strong>check</strong> (immediates), <strong>close callbacks</strong>. Each phase has a queue of its own.</p><p>The nextTick queue and the microtask queue are no phases: they are emptied after every single callback, whatever the phase.</p>',
    right: ['timers', 'pending callbacks', 'poll', 'check', 'close callbacks'],
    wrong: [
      ['microtasks', 'No phase: the queue is emptied after every callback.'],
      ['nextTick', 'A queue of its own, emptied between callbacks in every phase.'],
      ['compile', 'Compiling is done by V8 and is no part of the loop.'],
      'render',
      ['garbage collection', 'V8 collects when it needs to, independent of the loop.'],
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which of these block the event loop while they run?</p>',
    quiz: '<p>What blocks the event loop?</p>',
    answer:
      '<p>Everything that computes or waits <strong>synchronously</strong> on the main thread blocks: functions whose names end in <code>Sync</code>, long loops, parsing of huge JSON texts, and regular expressions that backtrack without end. Asynchronous functions do not block, because the waiting is done by the operating system or the pool.</p>',
    right: [
      'fs.readFileSync on a slow disk',
      'JSON.parse of a text of 200 MB',
      'A regular expression with catastrophic backtracking',
      'A loop that computes prime numbers for ten seconds',
      'crypto.pbkdf2Sync with a million iterations',
    ],
    wrong: [
      ['fs.promises.readFile', 'The reading is done by the thread pool.'],
      ['await on a promise that takes a minute', 'await gives the thread back until the promise is settled.'],
      ['An open HTTP connection without traffic', 'It only waits in the operating system.'],
      ['setTimeout with 60 seconds', 'A waiting timer costs next to nothing.'],
      'crypto.scrypt with a callback',
    ],
  }),
  multipleChoice('hard', {
    question: '<p>Which statements about <code>setTimeout</code> in Node.js are true?</p>',
    answer:
      '<p>The delay is a <strong>minimum</strong>: the callback runs in the timers phase once the time has passed, later if the loop is busy. Delays below 1 or above 2147483647 ms become 1 ms. The return value is a <code>Timeout</code> object, which can be unreferenced and, through its primitive value, also cleared by number.</p><p>There is a promise version in <code>node:timers/promises</code>, which accepts an <code>AbortSignal</code>.</p>',
    right: [
      'The delay is a minimum, not a promise',
      'A delay of 0 is treated as 1 millisecond',
      'A delay above 2147483647 is treated as 1 millisecond',
      'unref() lets the process end although the timer is pending',
      'node:timers/promises offers a version that can be awaited',
    ],
    wrong: [
      ['It returns a plain number, as in browsers', 'It returns a Timeout object.'],
      ['The callback interrupts running code when the time is up', 'Nothing interrupts running code.'],
      ['Timers run on the thread pool', 'They run on the main thread, in the timers phase.'],
      'Two timers with the same delay run in random order',
      ['Timers stop while a promise is pending', 'Pending promises hold up nothing.'],
    ],
  }),
  textInput('easy', {
    question: '<p>Which function schedules a callback for the check phase of the current round of the event loop?</p>',
    quiz: '<p>Which function schedules a callback for the check phase?</p>',
    answer:
      '<p><code>setImmediate</code>. Its callbacks run right after the poll phase. Despite its name it is "less immediate" than <code>process.nextTick</code>, which runs before the loop goes on at all; the names are historical. <code>clearImmediate</code> takes it back.</p>',
    keywords: ['setImmediate'],
  }),
  textInput('medium', {
    question: '<p>Which function of <code>node:perf_hooks</code> measures how far the event loop is behind, as a histogram?</p>',
    answer:
      '<p><code>monitorEventLoopDelay</code>. It samples with a timer of its own and notes how much later than planned the timer fires. <code>enable()</code> starts it; then <code>mean</code>, <code>max</code> and <code>percentile(99)</code> tell in nanoseconds how responsive the process was. A rising 99th percentile is the clearest sign of blocking code.</p>',
    keywords: ['monitorEventLoopDelay'],
  }),
]);
