/** One JSON line per request on standard output, gathered and written together so that no request waits for it. */
import type { AnsweredRequest } from './latest-requests.ts';

/** Lines waiting to be written, in characters; beyond it they are dropped and counted in the next line. */
const waitingMax = 4 * 1024 * 1024;
const flushAfter = 64 * 1024;
const flushEveryMs = 200;

export class AccessLog {
  #waiting = '';
  #dropped = 0;
  #writing = 0;
  readonly #timer: NodeJS.Timeout;
  readonly #out: NodeJS.WritableStream;

  constructor(out: NodeJS.WritableStream = process.stdout) {
    this.#out = out;
    this.#timer = setInterval(() => this.flush(), flushEveryMs);
    this.#timer.unref();
  }

  write({ method, path, route, upstream, status, ms, traceId }: AnsweredRequest): void {
    if (this.#waiting.length + this.#writing > waitingMax) {
      this.#dropped += 1;
      return;
    }
    this.#waiting +=
      `{"level":"info","time":${Date.now()},"event":"request","method":"${method}","path":${plain(path)},"route":${plain(route)},"upstream":"${upstream}",` +
      `"status":${status},"ms":${ms.toFixed(2)},"traceId":"${traceId}","pid":${process.pid}}\n`;
    if (this.#waiting.length > flushAfter) this.flush();
  }

  flush(): void {
    if (this.#waiting === '') return;
    if (this.#dropped > 0) this.#waiting += `{"level":"warn","event":"access-log-dropped","lines":${this.#dropped}}\n`;
    this.#dropped = 0;
    const { length } = this.#waiting;
    this.#writing += length;
    this.#out.write(this.#waiting, () => (this.#writing -= length));
    this.#waiting = '';
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}

function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return /["\\\u0000-\u001f\u007f-\uffff]/.test(text) ? JSON.stringify(text) : `"${text}"`;
}
