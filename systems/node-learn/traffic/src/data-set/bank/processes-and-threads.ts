/** More than one thread, more than one process. */
import { multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const processesAndThreads = topic('Processes and Threads', [
  singleChoice('easy', {
    question: '<p>A request handler computes for two seconds. What keeps the server responsive meanwhile?</p>',
    quiz: '<p>Where does a computation of two seconds belong?</p>',
    answer:
      '<p>A <strong>worker thread</strong> (<code>node:worker_threads</code>), best taken from a pool so that not every request starts one. It has its own event loop and heap, and the main thread goes on serving others. Marking a function <code>async</code> changes nothing: it still computes on the main thread.</p>',
    right: 'Moving the computation to a worker thread',
    wrong: [
      ['Declaring the handler async', 'The computation still runs on the main thread.'],
      ['Wrapping it in new Promise', 'The executor runs synchronously.'],
      ['Using setTimeout with 0', 'It only delays the moment of blocking.'],
      ['Raising UV_THREADPOOL_SIZE', 'The pool runs no JavaScript.'],
      'Using let instead of var',
      ['process.nextTick', 'It runs even before waiting input.'],
      'A larger highWaterMark',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which are true of worker threads?</p>',
    answer:
      '<p>Each worker has its own V8 instance, heap and event loop in the <strong>same process</strong>. Messages are copied by the structured clone algorithm; an <code>ArrayBuffer</code> can be transferred and a <code>SharedArrayBuffer</code> shared. Functions cannot be sent. An uncaught exception ends the worker and emits <code>error</code> on it, while the process lives on if somebody listens.</p>',
    right: [
      'Each has its own event loop and heap',
      'Messages are copied with the structured clone algorithm',
      'An ArrayBuffer can be transferred instead of copied',
      'A SharedArrayBuffer is visible to both sides',
      'resourceLimits can bound the heap of a worker',
    ],
    wrong: [
      ['Workers see the global variables of the main thread', 'Each has globals of its own.'],
      ['Functions can be sent to a worker', 'Functions cannot be cloned; send data and import the code.'],
      ['Each worker is an operating system process', 'They are threads of one process.'],
      ['A worker makes file access faster', 'Waiting is done elsewhere already; workers help with computing.'],
      'Workers share one event loop with the main thread',
    ],
  }),
  multipleChoice('hard', {
    question: '<p>Which statements about <code>node:cluster</code> are true?</p>',
    quiz: '<p>What is true of <code>node:cluster</code>?</p>',
    answer:
      '<p>The primary starts worker <strong>processes</strong> that share a listening port. By default, except on Windows, the primary accepts connections and deals them out in turn. Workers share no memory: sessions and counters need a common store. When a worker dies, the primary is told by <code>exit</code> and has to start a new one itself.</p>',
    right: [
      'Workers are processes with separate memory',
      'Several workers can serve the same port',
      'Connections are dealt out in turn by default, except on Windows',
      'A dead worker is replaced only if the program does so',
      'Workers and primary can exchange messages',
    ],
    wrong: [
      ['Workers share variables with the primary', 'They are separate processes.'],
      ['Dead workers are started again automatically', 'The program must listen for exit and fork.'],
      ['It spreads load over several machines', 'It works on one machine.'],
      ['Requests of one client always reach the same worker', 'Nothing makes them stick.'],
      'It can be used only with HTTP',
    ],
  }),
  textInput('hard', {
    question:
      '<p>Name the five options of the array form of <code>stdio</code> in <code>spawn</code>, each written as a string, that connect, share, silence, hand over a channel, or open in overlapped mode.</p>',
    quiz: '<p>Five strings <code>stdio</code> of <code>spawn</code> accepts: connect, share, silence, message channel, overlapped?</p>',
    answer:
      '<p><code>pipe</code> connects the child to the parent with a stream, <code>inherit</code> shares the stream of the parent, <code>ignore</code> opens the null device, <code>ipc</code> makes a channel for messages, and <code>overlapped</code> is <code>pipe</code> with overlapped input and output on Windows (and the same as <code>pipe</code> elsewhere).</p>',
    keywords: ['pipe', 'inherit', 'ignore', 'ipc', 'overlapped'],
  }),
]);
