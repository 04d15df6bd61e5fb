/** Google's token and user-info endpoints for tests: every code is the key of a profile. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GoogleForTests {
  readonly url: string;
  readonly profiles: Map<string, Record<string, string>>;
  close(): Promise<void>;
}

export async function startGoogleForTests(): Promise<GoogleForTests> {
  const profiles = new Map<string, Record<string, string>>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const code = new URLSearchParams(body).get('code') ?? request.headers.authorization?.replace('Bearer token-of-', '') ?? '';
      const profile = profiles.get(code);
      const answer = request.url === '/token' ? { access_token: `token-of-${code}` } : profile;
      response.writeHead(profile === undefined ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, profiles, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
