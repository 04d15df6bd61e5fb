/** Callbacks, promises, async functions and what joins them. */
import { listing, multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const asynchronousProgramming = topic('Asynchronous Programming', [
  singleChoice('easy', {
    question: '<p>What is the convention for callbacks in the Node.js standard library?</p>',
    quiz: '<p>What is the first parameter of a Node.js style callback?</p>',
    answer:
      '<p>Callbacks are <strong>error-first</strong>: the first parameter is an <code>Error</code> or <code>null</code>, the results follow. The caller must look at the error before it touches the result. The callback is the last argument of the function and is called exactly once.</p><p><code>util.promisify</code> relies on this convention to make a function that returns a promise.</p>',
    right: 'An error, or null when all went well',
    wrong: [
      ['The result, with the error in second place', 'It is the other way round: error first.'],
      ['Always undefined', 'Then nobody could learn about errors.'],
      ['The event loop', 'The loop is never passed to a callback.'],
      ['A boolean that says whether it worked', 'fs.exists did this once, and is deprecated for it.'],
      'The name of the function that calls back',
      ['A promise for the result', 'Callbacks are the older alternative to promises.'],
      'The time the operation took',
    ],
  }),
  singleChoice('medium', {
    practical: true,
    question: `<p>How long does <code>load</code> take when each <code>get</code> takes one second?</p>${listing(`
async function load() {
  const a = get('a');
  const b = get('b');
  return [await a, await b];
}`)}`,
    answer:
      "<p>About <strong>one second</strong>. Both calls are started before the first <code>await</code>, so both wait at the same time; <code>await</code> only collects the results.</p><p>A caution: if <code>b</code> is rejected while <code>a</code> is still awaited, nobody has attached a handler to <code>b</code> yet, and Node.js reports an unhandled rejection. <code>Promise.all([get('a'), get('b')])</code> is the safe way to write it.</p>",
    right: 'About one second',
    wrong: [
      ['About two seconds', 'That would be await get("a") followed by await get("b").'],
      ['About half a second', 'The two run at the same time, but neither gets faster.'],
      ['No time, it returns at once with the values', 'It returns a promise at once; the values come later.'],
      ['It never ends, because await inside an array is not allowed', 'await is allowed in any expression of an async function.'],
      'About three seconds',
      'One second per CPU core',
      'It depends on the order in which the two finish',
    ],
  }),
  singleChoice('hard', {
    question: '<p>What is <code>AsyncLocalStorage</code> for?</p>',
    quiz: '<p>What problem does <code>AsyncLocalStorage</code> solve?</p>',
    answer:
      '<p><code>AsyncLocalStorage</code> of <code>node:async_hooks</code> keeps a value, such as a request id, available to everything that is <strong>caused</strong> by a call: across awaits, timers and callbacks, without passing it along as a parameter. <code>run(value, fn)</code> sets it for the call, <code>getStore()</code> reads it.</p><p>Loggers and tracing libraries use it to mark each line with the request it belongs to.</p>',
    right: 'Carrying context such as a request id through asynchronous calls without passing it as a parameter',
    wrong: [
      ['Storing data on disk without blocking', 'It lives in memory and knows no disk.'],
      ['Sharing memory between worker threads', 'That is done with SharedArrayBuffer.'],
      ['Keeping values in the browser between visits', 'That is localStorage, a browser interface.'],
      ['Caching the results of async functions', 'It stores nothing beyond the call it was set for.'],
      'Locking a variable while an await is pending',
      ['Making global variables private to a module', 'It is about calls, not about modules.'],
      'Measuring how long promises take',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which statements about the combinators of <code>Promise</code> are true?</p>',
    quiz: '<p>What is true of <code>Promise.all</code>, <code>allSettled</code>, <code>any</code> and <code>race</code>?</p>',
    answer:
      '<p><code>all</code> waits for every result and rejects with the first rejection. <code>allSettled</code> never rejects and reports each outcome. <code>any</code> takes the first <em>success</em> and rejects with an <code>AggregateError</code> when all fail. <code>race</code> settles like the first promise that settles, well or badly.</p><p>None of them cancels the others: what has been started goes on. Cancelling needs an <code>AbortSignal</code>.</p>',
    right: [
      'Promise.all rejects as soon as one promise rejects',
      'Promise.allSettled never rejects because of its members',
      'Promise.any fulfils with the first promise that fulfils',
      'Promise.any rejects with an AggregateError when all reject',
      'Promise.all keeps the order of its input in the result',
    ],
    wrong: [
      ['Promise.race cancels the promises that lose', 'Nothing is cancelled; the others go on unseen.'],
      ['Promise.all runs its functions one after the other', 'It receives promises, which have been started already.'],
      ['Promise.allSettled returns only the successes', 'It returns one entry per member, with status and value or reason.'],
      'Promise.race waits for the slowest member',
      'Promise.any is another name for Promise.race',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which are good ways to wait for many asynchronous operations without losing errors?</p>',
    answer:
      '<p>Either all at once with <code>Promise.all</code> over <code>map</code>, or one after the other with <code>for ... of</code> and <code>await</code>, or a few at a time with a limit. <code>forEach</code> with an async function does <strong>not</strong> wait: it ignores the promises, and their errors become unhandled rejections.</p>',
    right: [
      'await Promise.all(items.map(save))',
      'for (const item of items) await save(item)',
      'await Promise.allSettled(items.map(save)), then looking at each outcome',
      'Working through the list in groups of ten with Promise.all',
      'for await (const item of source) when the source is an async iterable',
    ],
    wrong: [
      ['items.forEach(async (item) => { await save(item); })', 'forEach ignores the promises it gets back.'],
      ['items.map(save) without await', 'Nobody waits, and errors go unhandled.'],
      ['await items.map(save)', 'An array is no promise: the await returns at once.'],
      ['items.filter(async (item) => await isValid(item))', 'A promise is always truthy, so nothing is filtered.'],
      'setTimeout(() => done(), 1000) and hoping for the best',
    ],
  }),
  multipleChoice('hard', {
    question: '<p>Which functions or constructors of Node.js accept an <code>AbortSignal</code> to stop early?</p>',
    quiz: '<p>What can be stopped with an <code>AbortSignal</code>?</p>',
    answer:
      '<p>The signal has become the common way to cancel: <code>fetch</code>, <code>timers/promises</code>, <code>events.once</code>, <code>fs.readFile</code>, <code>child_process.spawn</code>, <code>stream.pipeline</code> and others take <code>{ signal }</code>. <code>AbortSignal.timeout(ms)</code> makes one that fires by itself, <code>AbortSignal.any</code> joins several.</p><p>Pure computations cannot be stopped this way, since nothing else runs meanwhile.</p>',
    right: ['fetch', 'setTimeout of node:timers/promises', 'once of node:events', 'spawn of node:child_process'],
    wrong: [
      ['JSON.parse', 'It is synchronous: nothing could fire the signal meanwhile.'],
      ['Array.prototype.map', 'It takes a function, no options.'],
      ['Promise.all', 'It has no options; pass the signal to what you start.'],
      'structuredClone',
      ['process.nextTick', 'Further arguments are passed to the callback.'],
      'require',
      'crypto.randomUUID',
    ],
  }),
  textInput('easy', {
    question:
      '<p>Which function of <code>node:util</code> turns a function with an error-first callback into one that returns a promise?</p>',
    quiz: '<p>From callback to promise: which function of <code>node:util</code>?</p>',
    answer:
      '<p><code>promisify</code>. <code>const sleep = promisify(setTimeout)</code> is the classic example: functions with an unusual signature can define what promisify returns through the symbol <code>util.promisify.custom</code>, and <code>setTimeout</code> does. The way back is <code>util.callbackify</code>.</p>',
    keywords: ['promisify'],
  }),
  textInput('medium', {
    practical: true,
    question: `<p>What does this program print?</p>${listing(`
async function f() { return 1; }
console.log(f() instanceof Promise);`)}`,
    answer:
      '<p><code>true</code>. An async function <strong>always</strong> returns a promise, even when it contains no <code>await</code> and returns a plain value; the promise is then fulfilled with that value. A thrown error becomes a rejection in the same way, never a synchronous exception.</p>',
    keywords: ['true'],
  }),
]);
