/** Bytes, encodings and binary data. */
import { listing, multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const buffers = topic('Buffers', [
  singleChoice('easy', {
    question: '<p>What is a <code>Buffer</code>?</p>',
    answer:
      "<p>A <code>Buffer</code> is a sequence of <strong>bytes of fixed length</strong>. It is a subclass of <code>Uint8Array</code> with methods for encodings (<code>toString('base64')</code>), numbers of various sizes (<code>readUInt32BE</code>) and searching. Files and sockets deliver buffers unless an encoding is set.</p>",
    right: 'A sequence of bytes of fixed length, a subclass of Uint8Array',
    wrong: [
      ['A string that can be changed', 'It holds bytes; text needs an encoding.'],
      ['An array that grows when needed', 'Its length is fixed when it is made.'],
      ['A queue between two streams', 'Streams have internal buffers, but the class Buffer is not that.'],
      ['A temporary file', 'It lives in memory.'],
      'A cache for compiled modules',
      ['A list of numbers of any size', 'Each element is a byte, from 0 to 255.'],
      'A connection pool',
    ],
  }),
  singleChoice('medium', {
    practical: true,
    question: `<p>What does this print?</p>${listing(`console.log('é'.length, Buffer.from('é').length);`)}`,
    answer:
      '<p><code>1 2</code>. The length of a string counts UTF-16 code units: one for <code>é</code> (written as the single character U+00E9). The buffer holds the UTF-8 encoding, which takes two bytes for it. This is why <code>Content-Length</code> must be computed with <code>Buffer.byteLength</code>, not with <code>length</code>.</p>',
    right: '1 2',
    wrong: [
      ['1 1', 'Only ASCII characters take one byte in UTF-8.'],
      ['2 2', 'The string consists of one code unit.'],
      ['2 1', 'It is the other way round.'],
      ['1 4', 'Four bytes are needed only beyond U+FFFF.'],
      '1 3',
      ['It throws because é is not ASCII', 'UTF-8 can express every character.'],
      'undefined 2',
    ],
  }),
  multipleChoice('hard', {
    question: '<p>Which statements about making and sharing buffers are true?</p>',
    quiz: '<p>What is true of making and slicing buffers?</p>',
    answer:
      '<p><code>Buffer.alloc</code> fills with zeros; <code>Buffer.allocUnsafe</code> is faster but may contain <strong>old memory</strong> and must be overwritten completely. <code>subarray</code> returns a view on the same memory, so writing to it changes the original. <code>Buffer.from(buffer)</code> copies, while <code>Buffer.from(arrayBuffer)</code> shares. <code>new Buffer</code> is deprecated because it mixed these meanings.</p>',
    right: [
      'Buffer.alloc returns zeroed memory',
      'Buffer.allocUnsafe may show old content',
      'subarray shares memory with the original',
      'Buffer.from(arrayBuffer) shares memory',
      'Buffer.from(otherBuffer) copies',
    ],
    wrong: [
      ['buffer.subarray makes a copy', 'It is a view; use Buffer.from or Uint8Array.prototype.slice for a copy.'],
      ['new Buffer(size) is the recommended way', 'It is deprecated for reasons of security.'],
      ['A buffer grows when one writes beyond its end', 'What does not fit is not written, or a RangeError is thrown.'],
      ['Buffer.concat shares the memory of its parts', 'It copies them into a new buffer.'],
      'Buffers always live on the JavaScript heap',
    ],
  }),
  textInput('medium', {
    question:
      '<p>Which class of <code>node:string_decoder</code> keeps back an incomplete multi-byte character until the rest of it arrives?</p>',
    quiz: '<p>Which class joins characters that are torn between two pieces?</p>',
    answer:
      "<p><code>StringDecoder</code>. A piece of a stream may end in the middle of a character; a plain <code>toString()</code> would turn both halves into replacement characters. The decoder remembers the beginning and puts it in front of the next piece. <code>stream.setEncoding('utf8')</code> uses it, and <code>TextDecoder</code> with <code>{ stream: true }</code> does the same.</p>",
    keywords: ['StringDecoder'],
  }),
]);
