/** The network between a driver and its broker, in a test's hands: cut at once, or silent. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Wire {
  /** The broker's URL, through this wire. */
  readonly url: string;
  /** Ends every connection without a word, as kill -9 does. */
  cut(): void;
  /** Nothing arrives any more on connections that are there, and none is answered, until hear(): a network that is split. */
  silence(): void;
  /** What was under way is lost; new connections work. */
  hear(): void;
  close(): Promise<void>;
}

export async function layWire(brokerUrl: string): Promise<Wire> {
  const broker = new URL(brokerUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isSilent = false;
  const server = createServer((near) => {
    const far = connect(Number(broker.port), broker.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.on('data', (chunk) => void (isSilent || far.write(chunk)));
    far.on('data', (chunk) => void (isSilent || near.write(chunk)));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = new URL(brokerUrl);
  url.port = String((server.address() as AddressInfo).port);
  const cut = () => [...pairs].flat().forEach((socket) => socket.destroy());
  return {
    url: url.href,
    cut,
    silence: () => void (isSilent = true),
    hear: () => {
      isSilent = false;
      cut();
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
