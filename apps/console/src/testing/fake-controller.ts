/** Plays the controller for tests: answers with examples, counts who asks, goes away and comes back on the same port. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StateView } from '@banyan/controller/state-view';
import { exampleAnswers } from './example-answers.ts';
import { exampleState } from './example-state.ts';

export const controllerToken = 'controller-token-of-the-test';

export class FakeController {
  state: StateView = exampleState();
  answers: Readonly<Record<string, unknown>> = exampleAnswers;
  /** Path and query of every question, in order. */
  readonly asked: string[] = [];
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async comeBack(): Promise<void> {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://controller');
      this.asked.push(url.pathname + url.search);
      const isLetters = url.pathname === '/v1/dead-letters' && url.searchParams.has('service');
      const body = url.pathname === '/v1/state' ? this.state : this.answers[isLetters ? '/v1/dead-letters?letters' : url.pathname];
      const isKnown = request.headers.authorization === `Bearer ${controllerToken}` && request.method === 'GET';
      const status = !isKnown ? 401 : body === undefined ? 404 : 200;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(status === 200 ? body : { error: { code: 'CONTROLLER_ROUTE_UNKNOWN', message: 'No such thing.', fix: 'None.' } }),
      );
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async goAway(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise((resolve) => server?.close(resolve));
    server?.closeAllConnections();
    if (server !== undefined) await closed;
  }
}

export async function startFakeController(): Promise<FakeController> {
  const controller = new FakeController();
  await controller.comeBack();
  return controller;
}
