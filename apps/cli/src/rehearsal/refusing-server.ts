/** Stands where programs on scratch copies look for what takes no part: refuses every request and counts it, but for the one a controller is asked. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RefusingServer {
  readonly port: number;
  /** Refused so far. */
  readonly calls: number;
  close(): Promise<void>;
}

export interface RefusingServerOptions {
  /** Of the controller. */
  readonly token: string;
  /** Resolves when what the extraction's service has written so far has flowed back. */
  readonly reached: (extraction: string) => Promise<void>;
}

export async function startRefusingServer({ token, reached }: RefusingServerOptions): Promise<RefusingServer> {
  let calls = 0;
  const answer = async (request: IncomingMessage): Promise<readonly [status: number, body: unknown]> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const extraction = searchParams.get('extraction');
    const isController = request.method === 'GET' && pathname === '/v1/reached' && extraction !== null;
    if (!isController || request.headers.authorization !== `Bearer ${token}`) {
      calls += 1;
      return [503, { message: 'A rehearsal reaches nothing live.' }];
    }
    await reached(extraction);
    return [200, { extraction, reached: true }];
  };
  const server = createServer((request, response) => {
    request.resume();
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    answer(request).then(
      ([status, body]) => send(status, body),
      (error: unknown) => send(504, { message: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get calls() {
      return calls;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
