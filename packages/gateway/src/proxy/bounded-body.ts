/** A request body of unknown length on its way upstream, with a limit on what may pass. */
import { Transform, type TransformCallback } from 'node:stream';

export class BodyTooLargeError extends Error {}

export class BoundedBody extends Transform {
  #left: number;

  constructor(limitBytes: number) {
    super();
    this.#left = limitBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#left -= chunk.length;
    if (this.#left < 0) done(new BodyTooLargeError('the body is larger than the limit'));
    else done(null, chunk);
  }
}
