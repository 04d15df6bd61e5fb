/** Byte-level HTTP for tests: sends exactly these bytes, returns exactly what came back. */
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createHttpServer, type RequestListener } from 'node:http';

/** Sends bytes and collects what comes back until the other side closes or is silent for `quietMs` after the first byte. */
export function exchangeBytes(port: number, bytes: string | Buffer, quietMs = 80): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    let timer = setTimeout(end, 5_000);
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(end, quietMs);
    });
    socket.on('error', end);
    socket.on('close', end);
    function end(): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(received);
    }
  });
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

export interface TestServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

export async function startHttpServer(listener: RequestListener, port = 0): Promise<TestServer> {
  const server = createHttpServer(listener);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return asTestServer(server, () => server.closeAllConnections());
}

/** A server that answers every request head with the given bytes, whatever they are. */
export async function startByteServer(answer: (head: string) => string | Buffer): Promise<TestServer> {
  const server = createServer((socket) => {
    let received = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
        const head = received.slice(0, end);
        received = received.slice(end + 4);
        socket.write(answer(head), 'latin1');
      }
    });
  });
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return asTestServer(server, () => sockets.forEach((socket) => socket.destroy()));
}

function asTestServer(server: Server, cut: () => void): TestServer {
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
