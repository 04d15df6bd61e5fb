/** Says something to an HTTP server byte by byte and hears what it answers byte by byte: for comparing two programs. */
import { connect } from 'node:net';

export interface RawRequest {
  /** Default GET. */
  readonly method?: string;
  readonly path: string;
  /** Header lines in the order they are sent; `Host` comes first by itself. */
  readonly headers?: readonly string[];
  /** Sent as it is, with its Content-Length unless `headers` says otherwise. */
  readonly body?: string;
}

/** Closes the connection, so that the end of the answers is known. */
const lastRequest = 'GET /the-last-request HTTP/1.1\r\nHost: compared\r\nConnection: close\r\n\r\n';

/**
 * Sends the request on a kept connection, then one that closes it, and gives everything that came back, with dates masked.
 * Rejects when the server does not end the connection within `timeoutMs` (default 10 s).
 */
export function exchangeRaw(port: number, request: RawRequest, options: { timeoutMs?: number } = {}): Promise<string> {
  const { timeoutMs = 10_000 } = options;
  return new Promise((resolve, reject) => {
    const heard: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(requestText(request) + lastRequest));
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`No end of the answer within ${timeoutMs} ms to ${request.path}`)));
    socket.on('data', (chunk) => heard.push(chunk));
    socket.on('error', reject);
    socket.on('close', () =>
      resolve(
        Buffer.concat(heard)
          .toString('latin1')
          .replace(/^Date: .*\r$/gm, 'Date: (masked)\r'),
      ),
    );
  });
}

function requestText({ method = 'GET', path, headers = [], body }: RawRequest): string {
  const length =
    body === undefined || headers.some((line) => /^(content-length|transfer-encoding):/i.test(line))
      ? []
      : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [`${method} ${path} HTTP/1.1`, 'Host: compared', ...headers, ...length, '', body ?? ''].join('\r\n');
}
