/** Requests from outside for what services answer each other, in every spelling by which a gateway has been talked round before. */
import type { RawRequest } from '@banyan/nest/raw-exchange';
import { internalEndpointsByService } from '@node-learn/contracts';

/** Each makes another spelling of `/internal/users`. */
const spellings: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.toUpperCase(),
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => `///${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.replaceAll('/', '\\'),
  (path) => `/${path.replaceAll('/', '%2f')}`,
  (path) => path.replace('/internal', '/%69nternal'),
  (path) => path.replace('/internal', '/%69%6e%74%65%72%6e%61%6c'),
  (path) => path.replace('/internal', '/%2569nternal'),
  (path) => path.replace('/internal/', '/internal%2F'),
  (path) => path.replace('/internal/', '/internal%252F'),
  (path) => path.replace('/internal/', '/internal%5C'),
  (path) => path.replace('/internal', '/internal;a=b'),
  (path) => path.replace('/internal', '/internal%00'),
  (path) => path.replace('/internal', '/internal%20'),
  (path) => path.replace('/internal', '/%c0%afinternal'),
  (path) => path.replace('/internal', '/\u{ff49}nternal'),
  (path) => path.replace('/internal', '/%EF%BD%89nternal'),
  (path) => path.replace('/internal', '/\u0130nternal'),
  (path) => `${path}?a=/api/questions`,
  (path) => `${path}#/api/questions`,
  (path) => `/.${path}`,
  (path) => `/api/..${path}`,
  (path) => `/api/questions/../..${path}`,
  (path) => `/api/%2e%2e${path}`,
  (path) => `/api/questions/%2e%2e/%2E%2E${path}`,
  (path) => `/api/questions/..%2f..${path.replaceAll('/', '%2f')}`,
  (path) => `/api/questions/..%5c..${path.replaceAll('/', '%5c')}`,
  (path) => `/api/questions/..;/..;${path}`,
  (path) => `/api/questions/1/../../..${path}`,
  (path) => `/api/questions/1${path}`,
  (path) => `/api${path}`,
  (path) => `/api/questions${path}`,
  (path) => `/api/auth/google${path}`,
  (path) => `/:1${path}`,
  (path) => `/@127.0.0.1${path}`,
  (path) => path.slice(1),
];

const headersThatNameAPath = [
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-Original-URI',
  'X-Forwarded-Uri',
  'X-Forwarded-Path',
  'X-Forwarded-Prefix',
  'X-Proxy-URL',
];
const headersThatNameAnAddress = [
  'X-Forwarded-For',
  'X-Real-IP',
  'X-Client-IP',
  'True-Client-IP',
  'X-Forwarded-Host',
  'X-Host',
  'X-Internal',
  'X-Service',
];

/** @param port of the gateway, for the absolute forms of a target */
export function insideRequests(port: number): RawRequest[] {
  const endpoints = Object.values(internalEndpointsByService).flat();
  const spelt = endpoints.flatMap(({ method, path }) => spellings.map((spell) => ({ method, path: spell(path.replaceAll(/:\w+/g, '1')) })));
  const absolute = ['http://compared', `http://127.0.0.1:${port}`, 'http://question', 'HTTP://compared', '//question'];
  const told = ['/internal/questions', '/internal/users'].flatMap((path) => [
    ...absolute.map((origin) => ({ path: `${origin}${path}` })),
    ...headersThatNameAnAddress.map((name) => ({ path, headers: [`${name}: 127.0.0.1`] })),
    // A path of the rest: nothing but the header names what is inside.
    ...headersThatNameAPath.map((name) => ({ path: '/nothing', headers: [`${name}: ${path}`] })),
    { path, headers: ['Connection: Upgrade', 'Upgrade: websocket'] },
    { path, headers: ['Authorization: Bearer x.y.z'] },
    { method: 'HEAD', path },
    { method: 'OPTIONS', path },
    { method: 'POST', path, headers: ['X-HTTP-Method-Override: GET'], body: '' },
  ]);
  return [...spelt, ...told];
}
