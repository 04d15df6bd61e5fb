/** The program's one server: its own health, the page, and the gateway's API where the page asks for it here. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createForwarder } from './forward.ts';
import { createPageFiles } from './page-files.ts';
import type { WebSettings } from './settings.ts';

export interface WebServer {
  readonly url: string;
  /** Ends what is idle at once and lets what is under way end. */
  close(): Promise<void>;
}

export async function startWebServer(settings: WebSettings): Promise<WebServer> {
  const forwarder = settings.api === 'forwarded' ? createForwarder(settings.apiUrl) : undefined;
  const servePage = createPageFiles(settings);
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (forwarder !== undefined && /^\/api(\/|$)/i.test(path)) return forwarder.forward(request, response);
    if (path === '/health') return void response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('OK\n');
    servePage(request, response);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(settings.port, settings.host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          forwarder?.close();
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
