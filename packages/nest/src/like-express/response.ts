/** A response whose head reads as Express writes it: header names in its case, in its order, length implied where it implies it. */
import { ServerResponse } from 'node:http';

const namesByLowerCase = new Map(
  [
    'X-Powered-By',
    'Access-Control-Allow-Origin',
    'Location',
    'Vary',
    'Set-Cookie',
    'Content-Type',
    'Content-Length',
    'ETag',
    'Last-Modified',
    'Cache-Control',
    'Content-Disposition',
    'Retry-After',
    'WWW-Authenticate',
    'Transfer-Encoding',
    'Connection',
  ].map((name) => [name.toLowerCase(), name]),
);

export class ExpressLikeResponse extends ServerResponse {
  /** Set for an answer without any body: Node then adds `Content-Length: 0` behind the other headers by itself. */
  lengthIsImplied = false;

  /** Fastify announces its headers here before the body comes; they wait, as Express's do, until the body is sent. */
  override writeHead(statusCode: number, ...rest: unknown[]): this {
    const headers = rest.at(-1);
    if (!isHeaderObject(headers)) return super.writeHead(statusCode);
    this.statusCode = statusCode;
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined || (this.lengthIsImplied && name === 'content-length')) continue;
      this.setHeader(namesByLowerCase.get(name) ?? name, value);
    }
    return this;
  }
}

function isHeaderObject(headers: unknown): headers is Record<string, string | number | string[] | undefined> {
  return typeof headers === 'object' && headers !== null && !Array.isArray(headers);
}
