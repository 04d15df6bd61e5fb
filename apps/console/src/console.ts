/** The console's server: the page to anybody on this machine, what the controller knows only to a browser with a session. */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OneTimeLinks } from './access/one-time-links.ts';
import { createSessions, type Sessions } from './access/sessions.ts';
import type { ConsoleConfiguration } from './configuration.ts';
import { ConsoleError } from './errors.ts';
import { secure, sendJson, sendRefusal } from './http/answers.ts';
import { streamNews } from './http/event-stream.ts';
import { type PageFiles, readPageFiles } from './http/page-files.ts';
import { requireOwnRequest } from './http/own-requests.ts';
import { createController, type Controller } from './reading/controller.ts';
import { handedOn } from './reading/read-only-list.ts';
import { StateFeed } from './reading/state-feed.ts';

export interface ConsoleOptions extends ConsoleConfiguration {
  /** Folder of the built page. */
  readonly pageDirectory: string;
  /** How often the controller is asked while somebody looks. Default 1000. */
  readonly everyMs?: number;
}

export interface RunningConsole {
  readonly url: string;
  /** Cuts open pages off and frees the port. */
  close(): Promise<void>;
}

const pagesMax = 32;
/** Data and the cookie live below this path, so that the cookie goes nowhere else. */
const dataPath = '/console';

/** Listens on 127.0.0.1. Throws CONSOLE_PAGE_MISSING, CONSOLE_PORT_TAKEN. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const files = readPageFiles(options.pageDirectory);
  const server = createServer();
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  const answers = new Answers(options, port, files);
  server.on('request', (request, response) => void answers.answer(request, response));
  return {
    url: `http://localhost:${port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new ConsoleError('CONSOLE_PORT_TAKEN', `Port ${port} is in use.`, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

class Answers {
  readonly #port: number;
  readonly #token: string;
  readonly #links = new OneTimeLinks();
  readonly #sessions: Sessions;
  readonly #controller: Controller;
  readonly #feed: StateFeed;
  readonly #files: PageFiles;

  constructor(options: ConsoleOptions, port: number, files: PageFiles) {
    this.#port = port;
    this.#token = options.token;
    this.#sessions = createSessions({ secret: options.token, port, path: dataPath });
    this.#controller = createController({ url: options.controllerUrl, token: options.controllerToken });
    const { everyMs } = options;
    this.#feed = new StateFeed({ controller: this.#controller, ...(everyMs === undefined ? {} : { everyMs }) });
    this.#files = files;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    secure(response);
    try {
      const url = new URL(request.url ?? '/', 'http://console');
      requireOwnRequest(request, this.#port, url.pathname);
      await this.#route(request, response, url);
    } catch (error) {
      sendRefusal(response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { pathname, searchParams } = url;
    const route = `${request.method} ${pathname}`;
    const token = searchParams.get('token');
    if (route === 'POST /console/links') this.#sendLink(request, response);
    else if (request.method !== 'GET' && request.method !== 'HEAD') throw unknown(route);
    else if (pathname === '/health') sendJson(response, 200, '{"status":"ready"}');
    else if (pathname === '/' && token !== null) this.#redeem(token, response);
    else if (pathname.startsWith(`${dataPath}/`)) await this.#sendData(request, response, url);
    else if (!this.#files.send(request, response, pathname)) throw unknown(route);
  }

  #sendLink(request: IncomingMessage, response: ServerResponse): void {
    if (!isBearer(request, this.#token)) throw new ConsoleError('CONSOLE_LINK_REFUSED', 'The token of this run is missing or wrong.');
    sendJson(response, 200, JSON.stringify({ url: `http://localhost:${this.#port}/?token=${this.#links.issue()}` }));
  }

  /** A good token becomes a session and leaves the address; with a void one the page says so. */
  #redeem(token: string, response: ServerResponse): void {
    response.setHeader('cache-control', 'no-store');
    if (this.#links.redeem(token)) {
      response.writeHead(303, { location: '/', 'set-cookie': this.#sessions.issue() }).end();
    } else {
      response.writeHead(403, { 'content-type': 'text/html; charset=utf-8' }).end(this.#files.index);
    }
  }

  async #sendData(request: IncomingMessage, response: ServerResponse, { pathname, searchParams }: URL): Promise<void> {
    if (!this.#sessions.isValid(request.headers.cookie))
      throw new ConsoleError('CONSOLE_NOT_SIGNED_IN', 'This browser has no session here.');
    const path = pathname.slice(dataPath.length);
    if (path === '/session') return sendJson(response, 200, '{"signedIn":true}');
    if (path === '/events') {
      if (this.#feed.listenerCount >= pagesMax) throw new ConsoleError('CONSOLE_FULL', `${pagesMax} pages are open.`);
      return streamNews(response, this.#feed);
    }
    const question = handedOn(path, searchParams);
    if (question === undefined) throw unknown(`GET ${pathname}`);
    const answer = await this.#controller.ask(question);
    sendJson(response, answer.status, answer.text);
  }
}

function unknown(route: string): ConsoleError {
  return new ConsoleError('CONSOLE_ROUTE_UNKNOWN', `There is no ${route.slice(0, 200)}.`);
}

function isBearer(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
