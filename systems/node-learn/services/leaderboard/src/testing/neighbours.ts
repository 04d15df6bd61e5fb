/** Stands in for auth and quiz on their internal ports, in the process of the test. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Neighbours {
  /** AUTH_URL, QUIZ_URL. */
  readonly environment: Readonly<Record<string, string>>;
  /** What was asked, oldest first. */
  readonly asked: readonly string[];
  /** Names by id; what events have told is in `sequences`. */
  readonly users: Map<number, string>;
  readonly sequences: Map<number, string>;
  readonly modes: Set<number>;
  /** No answer comes any more. */
  isSilent: boolean;
  close(): Promise<void>;
}

export async function startNeighbours(): Promise<Neighbours> {
  const asked: string[] = [];
  const state = { isSilent: false, users: new Map<number, string>(), sequences: new Map<number, string>(), modes: new Set<number>() };
  const find = (path: string): unknown => {
    const [, of, id] = /^\/internal\/(users|modes)\/(\d+)$/.exec(path) ?? [];
    if (of === 'users' && state.users.has(Number(id))) return { id: Number(id), name: state.users.get(Number(id)) };
    if (of === 'modes' && state.modes.has(Number(id))) return { key: id, sequence: '0', data: {} };
    if (path === '/internal/modes') return { entries: [...state.modes].map((mode) => ({ key: String(mode), sequence: '0', data: {} })) };
    if (path !== '/internal/users/refs') return undefined;
    const entries = [...state.users].map(([userId, name]) => {
      return { key: String(userId), sequence: state.sequences.get(userId) ?? '0', data: { userId: String(userId), name } };
    });
    return { entries };
  };
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    if (state.isSilent) return;
    const found = find(url);
    const isService = headers.authorization?.startsWith('Bearer ') === true;
    response.writeHead(!isService ? 401 : found === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    environment: { AUTH_URL: url, QUIZ_URL: url },
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}
