/** Stands in for those whom quiz asks, in the process of the test: auth's and question's internal ports, the controller, and the monolith behind the gateway. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = readonly [status: number, body: unknown];

export interface Neighbours {
  /** AUTH_URL, QUESTION_URL, GATEWAY_URL, CONTROLLER_URL, CONTROLLER_TOKEN. */
  readonly environment: Readonly<Record<string, string>>;
  /** What was asked, oldest first. */
  readonly asked: readonly string[];
  /** Authorization and agent of the last request to a path. */
  readonly askers: ReadonlyMap<string, readonly unknown[]>;
  /** A path is answered so from now on; undefined: not at all. */
  answer(path: string, how: (() => Answer) | undefined): void;
  close(): Promise<void>;
}

export interface NeighboursOptions {
  /** Known to auth. */
  readonly users?: readonly number[];
  /** Makes it so that what quiz has committed is in the monolith's tables. */
  readonly flowBack?: () => Promise<void>;
  /** Base URL of a monolith: question answers as it does, when it is asked for an answer. */
  readonly answersOf?: string;
}

const token = 'the token of the controller';
const reached = '/v1/reached?extraction=quiz';

export async function startNeighbours({ users = [], flowBack = async () => {}, answersOf }: NeighboursOptions): Promise<Neighbours> {
  const asked: string[] = [];
  const askers = new Map<string, readonly unknown[]>();
  const answers = new Map<string, (() => Answer) | undefined>(users.map((id) => [`/internal/users/${id}`, () => [200, { id }]]));
  let turn = Promise.resolve();
  const answer = async ({ url = '', headers }: IncomingMessage): Promise<Answer | undefined> => {
    asked.push(url);
    askers.set(url, [headers.authorization, headers['user-agent']]);
    if (answers.has(url)) return answers.get(url)?.();
    const question = /^\/internal\/questions\/([^/]+)\/answer$/.exec(url)?.[1];
    if (question !== undefined && answersOf !== undefined) {
      const told = await fetch(`${answersOf}/api/answers/${question}`);
      return [told.status, await told.json()];
    }
    if (url !== reached) return [404, { statusCode: 404, message: 'Not Found' }];
    if (headers.authorization !== `Bearer ${token}`) return [401, {}];
    await (turn = turn.then(flowBack));
    return [200, {}];
  };
  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: Error): Answer => [500, { message: error.message }])
      .then((told) => told && response.writeHead(told[0], { 'content-type': 'application/json' }).end(JSON.stringify(told[1])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    environment: { AUTH_URL: url, QUESTION_URL: url, GATEWAY_URL: url, CONTROLLER_URL: url, CONTROLLER_TOKEN: token },
    asked,
    askers,
    answer: (path, how) => answers.set(path, how),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
