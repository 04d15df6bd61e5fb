import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createFlowBack } from './flow-back.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A controller that answers with these statuses, one after the other; 0 never. */
async function controllerWith(...statuses: readonly number[]) {
  const asked: string[] = [];
  const left = [...statuses];
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    const status = left.shift() ?? 500;
    if (status !== 0) response.writeHead(status).end('{}');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const settings = {
    CONTROLLER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    CONTROLLER_TOKEN: 'token',
    FLOW_BACK_WITHIN_MS: 200,
  };
  return { asked, flowBack: createFlowBack({ extraction: 'user', settings }) };
}

test('it asks the controller about its extraction, in its own name', async () => {
  const { asked, flowBack } = await controllerWith(200);
  await flowBack.reached();
  expect(asked).toEqual(['/v1/reached?extraction=user Bearer token']);
});

test('what is refused, takes too long, or is given up is not reached', async () => {
  const { flowBack } = await controllerWith(503, 0, 0);
  await expect(flowBack.reached()).rejects.toThrowError('503');
  await expect(flowBack.reached()).rejects.toThrowError(/timeout/);
  await expect(flowBack.reached(AbortSignal.abort(new Error('given up')))).rejects.toThrowError('given up');
});
