/** Sessions of browsers: a signed cookie that says until when it is good, so that it outlives a restart of the console. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Sessions {
  /** The `Set-Cookie` value of a new session. */
  issue(): string;
  isValid(cookieHeader: string | undefined): boolean;
}

export interface SessionOptions {
  /** Signs; another secret makes all sessions void. */
  readonly secret: string;
  /** Tells consoles apart: a browser sends a cookie to every port of a host. */
  readonly port: number;
  /** The only paths the cookie is sent to, so that other programs on this host do not get it. */
  readonly path: string;
  /** Milliseconds since 1970; injected by tests. */
  readonly now?: () => number;
}

const sessionS = 12 * 60 * 60;

export function createSessions({ secret, port, path, now = Date.now }: SessionOptions): Sessions {
  const name = `banyan-console-${port}`;
  const sign = (text: string) => createHmac('sha256', secret).update(`${name} ${text}`).digest('base64url');
  return {
    issue: () => {
      const text = `${Math.floor(now() / 1000) + sessionS}.${randomBytes(16).toString('base64url')}`;
      return `${name}=${text}.${sign(text)}; HttpOnly; SameSite=Strict; Path=${path}; Max-Age=${sessionS}`;
    },
    isValid: (header) => {
      const [until = '', nonce = '', signature = ''] = cookieOf(header, name).split('.');
      const [given, wanted] = [Buffer.from(signature), Buffer.from(sign(`${until}.${nonce}`))];
      return given.length === wanted.length && timingSafeEqual(given, wanted) && Number(until) * 1000 > now();
    },
  };
}

function cookieOf(header: string | undefined, name: string): string {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}
