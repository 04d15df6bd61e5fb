/** Streams: pieces instead of wholes. */
import { listing, multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const streams = topic('Streams', [
  singleChoice('easy', {
    question: '<p>Why does one read a large file as a stream rather than with <code>readFile</code>?</p>',
    quiz: '<p>What is the advantage of streaming a large file?</p>',
    answer:
      '<p>A stream hands over the file in <strong>pieces</strong>. Memory stays small however large the file is, and the first piece can be worked on, or sent to a client, before the last one has been read. <code>readFile</code> holds the whole content in memory at once, for each of the requests that read it.</p>',
    right: 'Memory stays small, and work can begin before everything has been read',
    wrong: [
      ['The disk reads faster in pieces', 'The disk is not faster; the program waits less and stores less.'],
      ['Streams run on a thread of their own', 'The callbacks run on the main thread like all others.'],
      ['Streams compress the file', 'Compression needs a transform from node:zlib.'],
      ['readFile cannot read binary files', 'It returns a Buffer when no encoding is given.'],
      'Streams are synchronous and so simpler',
      ['Files above 64 KB cannot be read in any other way', 'The limit of readFile is about memory and some gigabytes.'],
      'Streams lock the file against writers',
    ],
  }),
  singleChoice('medium', {
    practical: true,
    question: `<p>What is wrong with this code when the client goes away in the middle?</p>${listing(`
http.createServer((request, response) => {
  fs.createReadStream('film.mp4').pipe(response);
}).listen(8080);`)}`,
    quiz: '<p>What does <code>source.pipe(destination)</code> not do when the destination is closed early?</p>',
    answer:
      '<p><code>pipe</code> passes on data and backpressure, but <strong>neither errors nor an early end</strong>. When the response is closed, the file stream is left open, and its file descriptor leaks. An error of the source, such as a missing file, is not handled at all and would end the process.</p><p><code>pipeline(source, response, callback)</code> destroys all members when one fails or closes.</p>',
    right: 'The file stream is not destroyed, so a file descriptor leaks',
    wrong: [
      ['The whole film is buffered in memory', 'pipe respects backpressure.'],
      ['The server stops listening', 'The server and other clients are not concerned.'],
      ['Nothing, pipe cleans up both sides', 'That is what pipeline does.'],
      ['The film is sent to the next client', 'Each request has its own response.'],
      'The event loop is blocked until the film ends',
      ['pipe throws a synchronous exception', 'It reports nothing at all, which is the trap.'],
      'The file is deleted',
    ],
  }),
  multipleChoice('easy', {
    question: '<p>Which are the basic kinds of streams in Node.js?</p>',
    answer:
      '<p>There are four: <strong>Readable</strong> gives data, <strong>Writable</strong> takes data, <strong>Duplex</strong> does both independently (a TCP socket), and <strong>Transform</strong> is a Duplex whose output is made from its input (gzip). <code>PassThrough</code> is a Transform that changes nothing.</p>',
    right: ['Readable', 'Writable', 'Duplex', 'Transform'],
    wrong: [
      ['Seekable', 'There is none: streams go forward only.'],
      ['Blocking', 'Streams do not block; they signal backpressure.'],
      ['Parallel', 'Pieces keep their order.'],
      ['Socket', 'A socket is a Duplex, not a kind of its own.'],
      'Cursor',
      'Iterator',
      ['Replay', 'What has been read is gone.'],
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which statements about <code>pipeline</code> of <code>node:stream</code> are true?</p>',
    answer:
      '<p><code>pipeline</code> joins streams, respects backpressure, <strong>passes errors on</strong> and destroys every member when one fails. It also takes iterables and async generator functions as sources and steps, and in <code>node:stream/promises</code> it returns a promise and accepts a signal.</p>',
    right: [
      'It destroys all its streams when one fails',
      'It respects backpressure',
      'A version that returns a promise is in node:stream/promises',
      'Async generator functions can be steps of it',
      'It can be stopped with an AbortSignal',
    ],
    wrong: [
      ['It reads everything into memory first', 'Pieces flow through one after the other.'],
      ['It takes two streams at most', 'Any number of steps is allowed.'],
      ['It repeats a failed step three times', 'A failure ends the pipeline.'],
      'Its streams run on worker threads',
      ['It needs an error listener on each stream', 'One place, the callback or the promise, learns of all errors.'],
    ],
  }),
  multipleChoice('hard', {
    question: "<p>A writable stream's <code>write()</code> returns <code>false</code>. Which statements are true?</p>",
    quiz: '<p><code>write()</code> returned <code>false</code>. What is true?</p>',
    answer:
      '<p><code>false</code> means: the piece <strong>was accepted</strong>, but the buffer has reached <code>highWaterMark</code>. A polite producer waits for the event <code>drain</code>. Nothing enforces it: whoever keeps writing fills the memory. <code>pipe</code> and <code>pipeline</code> do the waiting by themselves.</p>',
    right: [
      'The piece was accepted all the same',
      'The internal buffer has reached the high water mark',
      'The producer should wait for drain',
      'Writing on regardless lets memory grow',
      'pipeline would have waited by itself',
    ],
    wrong: [
      ['The piece is lost and must be written again', 'It is buffered; writing it again would double it.'],
      ['The stream is destroyed', 'It is only busy.'],
      ['An error event follows', 'Backpressure is no error.'],
      ['The next write throws', 'It returns false again and buffers more.'],
      'The data were not valid UTF-8',
    ],
  }),
  multipleChoice('hard', {
    question: '<p>Which are true of a readable stream that is read with <code>for await ... of</code>?</p>',
    answer:
      '<p>Readable streams are async iterables. The loop pulls piece by piece, so backpressure comes by itself. An error of the stream is <strong>thrown</strong> in the loop. Leaving it with <code>break</code>, <code>return</code> or an exception destroys the stream, unless it was made with <code>stream.iterator({ destroyOnReturn: false })</code>.</p>',
    right: ['Errors of the stream are thrown in the loop', 'break destroys the stream', 'The loop reads no faster than its body works'],
    wrong: [
      ['Each round of the loop gets one byte', 'Each round gets a chunk, as large as the source delivers it.'],
      ['Several loops each see all the data', 'A piece is consumed by whoever reads it first.'],
      ['Listeners of data must be added as well', 'Mixing both ways of reading leads to trouble.'],
      ['It works only in object mode', 'Bytes and objects can both be iterated.'],
      'The loop begins only after the stream has ended',
    ],
  }),
  textInput('medium', {
    question: '<p>What is the name of the option that sets how much a stream buffers before it signals backpressure?</p>',
    quiz: '<p>Which option is the threshold for backpressure?</p>',
    answer:
      '<p><code>highWaterMark</code>: a number of bytes, or of objects in object mode. It is a <em>threshold</em>, not a limit: the stream asks to pause when it is reached, but does not refuse data. The defaults are 64 KiB for byte streams in current versions (16 KiB in older ones) and 16 objects in object mode.</p>',
    keywords: ['highWaterMark'],
  }),
  textInput('hard', {
    question:
      '<p>A class derived from <code>Transform</code> must implement one method that handles each piece, and may implement a second one that is called once before the end. Name the second.</p>',
    answer:
      '<p><code>_flush(callback)</code>. It runs after the last piece, before the readable side ends, and may push what is left over, such as the last line without a line break. With the constructor options it is written <code>flush</code>. The method for the pieces is <code>_transform</code>. <code>_final</code> belongs to writable streams.</p>',
    keywords: ['_flush'],
  }),
  textInput('hard', {
    inactive: true,
    question: '<p>Which method puts a piece back at the front of a readable stream?</p>',
    answer:
      '<p><code>unshift</code>. Parsers use it when they have read beyond the end of a header: what was read too much goes back, so that the next reader finds it. It cannot be called after the stream has emitted <code>end</code>.</p>',
    keywords: ['unshift'],
  }),
]);
