/** The load: plain sockets, one request under way per connection, nothing parsed but where an answer ends. */
import { connect, type Socket } from 'node:net';
import type { LoadResult, LoadTurn } from './load-driver.ts';

const path = '/api/questions/17?_t=1';

process.on('message', (turn: LoadTurn) => {
  void runTurn(turn).then((result) => process.send!(result));
});

async function runTurn({ port, connections, forMs }: LoadTurn): Promise<LoadResult> {
  const request = Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench\r\nAccept: application/json\r\nAccept-Language: en\r\nAuthorization: Bearer a.eyJzdWIiOjd9.b\r\n\r\n`,
  );
  const durations: number[] = [];
  let failed = 0;
  const endMs = performance.now() + forMs;
  const clients = Array.from({ length: connections }, () => runClient(port, request, endMs, durations, () => (failed += 1)));
  await Promise.all(clients);
  durations.sort((one, two) => one - two);
  const at = (share: number): number => durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0;
  return { requests: durations.length, failed, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function runClient(port: number, request: Buffer, endMs: number, durations: number[], onFailed: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let startedMs = 0;
    let missing = 0;
    const socket: Socket = connect(port, '127.0.0.1', send);
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      if (missing === 0) {
        const head = chunk.toString('latin1');
        if (!head.startsWith('HTTP/1.1 200')) onFailed();
        const length = /content-length: (\d+)/i.exec(head);
        if (length === null) return reject(new Error(`an answer without a length: ${head.slice(0, 200)}`));
        missing = head.indexOf('\r\n\r\n') + 4 + Number(length[1]);
      }
      missing -= chunk.length;
      if (missing > 0) return undefined;
      durations.push(performance.now() - startedMs);
      if (performance.now() < endMs) return send();
      return socket.end();
    });
    function send(): void {
      startedMs = performance.now();
      missing = 0;
      socket.write(request);
    }
  });
}
