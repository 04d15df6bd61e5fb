// A proxy that plants one fault between the suite and the system, to see which scenario catches it.
import { createServer, request as forward, type IncomingMessage } from 'node:http';

export interface Tampering {
  /** Another origin for this request. */
  readonly reroute?: (request: IncomingMessage) => string | undefined;
  readonly headers?: (request: IncomingMessage) => IncomingMessage['headers'];
  readonly body?: (request: IncomingMessage, text: string) => string;
  readonly status?: (request: IncomingMessage, status: number) => number;
}

export interface TamperingProxy {
  readonly url: string;
  close(): void;
}

export async function startTamperingProxy(origin: string, tampering: Tampering): Promise<TamperingProxy> {
  const server = createServer((request, response) => {
    const target = new URL(`${tampering.reroute?.(request) ?? origin}${request.url ?? '/'}`);
    const headers = tampering.headers?.(request) ?? request.headers;
    const upstream = forward(target, { method: request.method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const body = tampering.body?.(request, text) ?? text;
        const { 'content-length': _length, ...kept } = answer.headers;
        const status = answer.statusCode ?? 500;
        response
          .writeHead(tampering.status?.(request, status) ?? status, {
            ...kept,
            ...(body !== '' && { 'content-length': Buffer.byteLength(body) }),
          })
          .end(body);
      });
    });
    upstream.on('error', () => response.writeHead(502).end());
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close(() => {}) };
}
