/** Exceptions, rejections and what becomes of them. */
import { listing, multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const errorHandling = topic('Error Handling', [
  singleChoice('easy', {
    question: '<p>What happens by default when a promise is rejected and nobody handles it?</p>',
    quiz: '<p>What does Node.js do with an unhandled rejection by default?</p>',
    answer:
      '<p>Since version 15 an unhandled rejection is raised as an <strong>uncaught exception</strong>: the stack is printed and the process ends with code 1, unless there is a listener for <code>unhandledRejection</code> or <code>uncaughtException</code>. Before that only a warning was printed, which hid many faults.</p>',
    right: 'The process prints the error and ends with code 1',
    wrong: [
      ['Nothing, the rejection is dropped', 'It was never silent; old versions warned.'],
      ['Only a warning is printed', 'So it was before version 15.'],
      ['The promise is tried again', 'A promise is settled for good.'],
      ['The error is passed to the browser', 'There is no browser.'],
      'The event loop skips one round',
      ['It is written to error.log', 'Node.js writes no such file.'],
      'The last function is called again',
    ],
  }),
  singleChoice('medium', {
    practical: true,
    question: `<p>What does this program do?</p>${listing(`
try {
  setTimeout(() => { throw new Error('late'); }, 10);
} catch (error) {
  console.log('caught');
}`)}`,
    answer:
      '<p>It ends with an <strong>uncaught exception</strong>. The <code>try</code> block is left long before the timer fires; when the callback throws, nothing of it is on the stack any more. Errors in callbacks must be handled inside the callback. With promises and <code>await</code> the <code>try</code> would still be in effect.</p>',
    right: 'It crashes with an uncaught exception',
    wrong: [
      ['It prints caught', 'The try block is over when the timer fires.'],
      ['It prints caught and then crashes', 'The catch block is never reached.'],
      ['It ends silently', 'An exception in a callback is not silent.'],
      ['It prints late and goes on', 'An uncaught exception ends the process.'],
      'It hangs for ever',
      ['It emits unhandledRejection', 'No promise is involved.'],
      'It throws a SyntaxError',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>What is good practice in a listener for <code>uncaughtException</code>?</p>',
    quiz: '<p>What belongs into an <code>uncaughtException</code> listener?</p>',
    answer:
      '<p>After an uncaught exception the state of the program is <strong>unknown</strong>. The listener is for a last message and an orderly end, not for going on: log the error, release what must be released synchronously, end with a code other than 0, and let a supervisor start a fresh process.</p>',
    right: [
      'Logging the error with its stack',
      'Ending the process with a code other than 0',
      'Releasing resources synchronously',
      'Leaving the restart to a supervisor',
    ],
    wrong: [
      ['Going on as if nothing had happened', 'The state is unknown; what follows may do harm.'],
      ['Calling the failed function again', 'Nobody knows which work was half done.'],
      ['Ignoring errors whose message is known', 'The place of the throw was left in an unknown state all the same.'],
      ['Using it in place of try and catch', 'It is a last resort, not a way to handle expected errors.'],
      'Starting a second HTTP server on the same port',
      ['Waiting for all promises to settle, however long', 'An end that may never come helps nobody.'],
      'Deleting the stack to save memory',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which statements about <code>EventEmitter</code> and errors are true?</p>',
    answer:
      '<p>The event <code>error</code> is special: when it is emitted and <strong>nobody listens</strong>, the error is thrown. An exception in a listener reaches whoever called <code>emit</code>, since listeners run synchronously. Rejections of async listeners are unhandled unless <code>captureRejections</code> is on, which turns them into <code>error</code> events.</p>',
    right: [
      'error without a listener is thrown',
      'Listeners run synchronously, in the order they were added',
      'captureRejections turns rejections of listeners into error events',
      'events.once rejects when error is emitted first',
      'An exception in a listener reaches the caller of emit',
    ],
    wrong: [
      ['error events are ignored when nobody listens', 'That one is thrown; all others are ignored.'],
      ['Each listener runs on a thread of its own', 'They run synchronously on the same thread.'],
      ['A failing listener is removed automatically', 'It stays; only once() removes a listener.'],
      ['emit returns a promise', 'It returns whether there were listeners.'],
      'At most one listener per event is allowed',
    ],
  }),
  textInput('hard', {
    question: '<p>Which option of the <code>Error</code> constructor keeps the original error when a new one is thrown in its place?</p>',
    quiz: "<p>Complete: <code>new Error('Saving failed', { ____: error })</code></p>",
    answer:
      '<p><code>cause</code>. The new message says what the program was about to do, the cause keeps the origin with its stack. <code>util.inspect</code>, and so <code>console.error</code> and the report of a crash, print the whole chain. It is part of ECMAScript 2022.</p>',
    keywords: ['cause'],
  }),
]);
